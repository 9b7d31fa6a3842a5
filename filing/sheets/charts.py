"""Progress against the plan as charts of the spreadsheet's own: by city and county, or by township of one county."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Wording
from filing.book.cell_builders import COLUMNS_IN_PORTRAIT, Heading, Row, figure, full, headers, text
from filing.book.workbook_model import Cell, Chart, Look, Series, Sheet
from filing.context.accounts import WHOLE_COUNTY, Accounts, Key, Kind
from filing.context.filing_context import COUNTY, PROVINCE, FilingScene
from filing.context.links import quote_sheet
from filing.sheets.measure_columns import EACH, FIRST
from filing.sheets.signature_block import closing_rows
from filing.sheets.township_detail import Detail

BARS = 28  # on one chart: more could not be read on paper
HEAD = 3
SERIAL, NAME, AMOUNT = 6.0, 24.0, 14.0
WIDTHS = (20.0, 20.0, 20.0, 20.0)
WIDTH, PAGE, FRAME, EACH_BAR = 168.0, 200.0, 42.0, 5.6  # millimetres; below it programs leave out names
ROW, POINTS_PER_MM = 20.0, 72 / 25.4

Amount = tuple[Decimal | None, str | None]  # and what makes it live


@dataclass(frozen=True, slots=True)
class _Bar:
    name: str
    amounts: tuple[tuple[Amount, Amount], ...]  # a measure each: planned, done


def charts_of(scene: FilingScene, accounts: Accounts, detail: Detail, words: Wording) -> dict[str, Sheet]:
    """Return the sheet of data and the pages of charts, by key; nothing where no county counts."""
    if not scene.counted or not accounts.measures:
        return {}
    groups = _groups(scene, accounts, detail)
    data, spans = _data(scene, accounts, groups, words)
    found = {"chart_data": data}
    pages = [(name, span) for name, whole in spans.items() for span in _pieces(whole)]
    for at, (name, span) in enumerate(pages, start=1):
        listed = list(enumerate(accounts.measures))
        many = max(1, int(PAGE // _height(span)))
        for first in range(0, len(listed), many):
            sheet = _page(scene, accounts, (name, span, at), listed[first : first + many], words)
            found[sheet.name] = sheet
    return found


def _groups(scene: FilingScene, accounts: Accounts, detail: Detail) -> dict[str, list[_Bar]]:
    """Return the bars by what they stand for; cities, where there are several, before counties."""
    if scene.whose.kind == COUNTY:
        return {"townships": _townships(scene, accounts, detail)}
    sheet = quote_sheet(detail.sheet.name)
    counties = []
    for county in scene.in_order:
        block = detail.blocks[county.due.code]
        amounts = []
        for at, measure in enumerate(accounts.measures):
            planned, done = (block.sums.get((measure, key)) for key in (accounts.year, Kind.DONE))
            cells = [f"={sheet}!{column_letters(FIRST + EACH * at + one)}{block.total}" for one in range(2)]
            amounts.append(((planned, cells[0]), (done, cells[1])))
        counties.append(_Bar(county.due.name, tuple(amounts)))
    if scene.whose.kind != PROVINCE:
        return {"counties": counties}
    return {"cities": _cities(scene, counties), "counties": counties}


def _townships(scene: FilingScene, accounts: Accounts, detail: Detail) -> list[_Bar]:
    county = scene.in_order[0]
    account, head = accounts.of[county.due.code], detail.blocks[county.due.code].head
    sheet = quote_sheet(detail.sheet.name)
    bars = []
    for serial, name in enumerate(account.townships, start=1):
        amounts = []
        for at, measure in enumerate(accounts.measures):
            found = [account.amount(measure, name, key) for key in (accounts.year, Kind.DONE)]
            cells = [f"={sheet}!{column_letters(FIRST + EACH * at + one)}{head + serial}" for one in range(2)]
            planned, done = ((one.value if one else None, cell) for one, cell in zip(found, cells, strict=True))
            amounts.append((planned, done))
        bars.append(_Bar(name if name != WHOLE_COUNTY else county.due.name, tuple(amounts)))
    return bars


def _cities(scene: FilingScene, counties: Sequence[_Bar]) -> list[_Bar]:
    """Sum the counties of each city; the counties stand below the cities on the same sheet, in the same order."""
    bars, first = [], HEAD + len(scene.by_city) + 1
    start = 0
    for _, members in scene.by_city:
        its = counties[start : start + len(members)]
        rows = (first + start, first + start + len(its) - 1)
        amounts = []
        for at in range(len(its[0].amounts)):
            letters = [column_letters(FIRST + 2 * at + one) for one in range(2)]
            sums = [sum_known_amounts([one.amounts[at][which][0] for one in its]) for which in range(2)]
            live = [f"=SUM({letter}{rows[0]}:{letter}{rows[1]})" for letter in letters]
            amounts.append(((sums[0], live[0]), (sums[1], live[1])))
        bars.append(_Bar(scene.city(members[0].due), tuple(amounts)))
        start += len(members)
    return bars


def _data(
    scene: FilingScene, accounts: Accounts, groups: dict[str, list[_Bar]], words: Wording
) -> tuple[Sheet, dict[str, tuple[int, int]]]:
    columns = FIRST - 1 + 2 * len(accounts.measures)
    heading = Heading(
        number=words("filing.number.chart_data"),
        right=words("filing.unit", unit=accounts.unit),
        title=words("filing.title.chart_data", province=scene.whose.name, year=scene.roster.year),
        columns=columns,
    )
    names = [words("filing.column.serial"), words("filing.column.name")]
    for name in accounts.measures.values():
        names += [words(f"filing.chart.{one}", measure=name) for one in ("planned", "done")]
    rows: list[Row] = [*heading.rows(), headers(names)]
    spans: dict[str, tuple[int, int]] = {}
    for key, bars in groups.items():
        spans[key] = (len(rows) + 1, len(rows) + len(bars))
        rows += [_bar(serial, one, accounts) for serial, one in enumerate(bars, start=1)]
    wide = columns > COLUMNS_IN_PORTRAIT
    widths = full((SERIAL, NAME, *(AMOUNT for _ in range(2 * len(accounts.measures)))), landscape=wide)
    rows += closing_rows(scene, widths, ("chart_data",), words)
    sheet = Sheet(
        name=words("filing.sheet.chart_data"),
        rows=tuple(rows),
        widths=widths,
        landscape=wide,
        header_rows=(HEAD, HEAD),
    )
    return sheet, spans


def _bar(serial: int, bar: _Bar, accounts: Accounts) -> Row:
    cells = []
    for measure, pair in zip(accounts.measures, bar.amounts, strict=True):
        keys: tuple[Key, Key] = (accounts.year, Kind.DONE)
        for key, (amount, formula) in zip(keys, pair, strict=True):
            live = formula if amount is not None else None
            cells.append(figure(amount, Look.FIGURE, decimals=accounts.decimals(measure, key), formula=live))
    return (Cell(serial, Look.CENTRE), text(bar.name), *cells)


def _height(span: tuple[int, int]) -> float:
    return min(PAGE, FRAME + EACH_BAR * (span[1] - span[0] + 1))


def _pieces(span: tuple[int, int]) -> list[tuple[int, int]]:
    """Cut a long list into charts of about the same length."""
    count = span[1] - span[0] + 1
    pages = -(-count // BARS)
    each = -(-count // pages) if pages else 0
    return [(first, min(first + each - 1, span[1])) for first in range(span[0], span[1] + 1, each or 1)]


def _page(
    scene: FilingScene,
    accounts: Accounts,
    what: tuple[str, tuple[int, int], int],
    measures: Sequence[tuple[int, str]],
    words: Wording,
) -> Sheet:
    name, span, at = what
    title = words(f"filing.title.chart_{name}", province=scene.whose.name, year=scene.roster.year)
    suffix = "" if measures[0][0] == 0 else f"-{measures[0][0] + 1}"
    number = words("filing.number.chart", number=f"{at}{suffix}")
    heading = Heading(number=number, right=words("filing.unit", unit=accounts.unit), title=title, columns=len(WIDTHS))
    first = len(heading.rows()) + 1
    rows = int(_height(span) * POINTS_PER_MM / ROW) + 1
    charts = tuple(
        _chart(accounts, (column, measure), span, row=first + rows * place, words=words)
        for place, (column, measure) in enumerate(measures)
    )
    empty = tuple(() for _ in range(rows * len(charts)))
    return Sheet(
        name=words("filing.sheet.chart", number=f"{at}{suffix}"),
        rows=(*heading.rows(), *empty, (text("", Look.NOTE, span=len(WIDTHS)),)),
        widths=WIDTHS,
        row_heights={first + row: ROW for row in range(len(empty))},
        charts=charts,
        one_page=True,
    )


def _chart(accounts: Accounts, which: tuple[int, str], span: tuple[int, int], *, row: int, words: Wording) -> Chart:
    column, measure = which
    sheet = quote_sheet(words("filing.sheet.chart_data"))
    letters = [column_letters(FIRST + 2 * column + one) for one in range(2)]
    names = [words(f"filing.column.{one}") for one in ("planned", "done")]
    series = tuple(
        Series(name, f"{sheet}!${letter}${span[0]}:${letter}${span[1]}")
        for name, letter in zip(names, letters, strict=True)
    )
    return Chart(
        title=accounts.measures[measure],
        names=f"{sheet}!$B${span[0]}:$B${span[1]}",
        series=series,
        row=row,
        width=WIDTH,
        height=_height(span),
        axis=words("filing.unit", unit=accounts.unit),
    )
