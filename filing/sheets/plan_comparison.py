"""Plan against done over all years of the plan: what was due and done in each, earlier years as they were filed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from checks.model.cell_ref import column_letters
from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Wording
from filing.book.cell_builders import COLUMNS_IN_PORTRAIT, Heading, Row, figure, full, rate_of, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.accounts import WHOLE_COUNTY, Account, Accounts, Kind, account_of
from filing.context.filing_context import COUNTY, CountedCounty, FilingScene
from filing.sheets.signature_block import closing_rows, empty_row

SERIAL, NAME, YEARLY, WHOLE, RATE = 5.5, 22.0, 10.5, 11.5, 9.5
HEAD, FIRST = (3, 4), 3
ROWS_ON_A_PAGE = 40  # smaller print would be needed for more

Line = Mapping[tuple[int, bool], Decimal | None]  # by year, what was due (False) or done (True); year 0 is the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    scene: FilingScene
    accounts: Accounts
    years: tuple[int, ...]
    words: Wording

    @property
    def columns(self) -> int:
        return FIRST - 1 + 2 * len(self.years) + 4


def closing_of(scene: FilingScene, accounts: Accounts, words: Wording) -> Sheet:
    """Return the comparison: township by township in a county's own filing, else a row a county and measure."""
    past = {year for county in scene.counted for year in county.past}
    years = tuple(sorted({*accounts.years, *past, accounts.year}))
    desk = _Desk(scene=scene, accounts=accounts, years=years, words=words)
    rows = _by_township(desk) if scene.whose.kind == COUNTY else _by_county(desk)
    wide = desk.columns > COLUMNS_IN_PORTRAIT
    widths = full((SERIAL, NAME, *(YEARLY for _ in range(2 * len(years))), WHOLE, WHOLE, RATE, WHOLE), landscape=wide)
    return Sheet(
        name=words("filing.sheet.closing"),
        rows=(
            *_head(desk),
            *(rows or [empty_row(desk.columns, "closing", words)]),
            *closing_rows(scene, widths, ("closing", "past", "empty"), words),
        ),
        widths=widths,
        landscape=wide,
        header_rows=HEAD,
        one_page=scene.whose.kind == COUNTY and len(rows) <= ROWS_ON_A_PAGE,
        titles=2,
    )


def _head(desk: _Desk) -> tuple[Row, ...]:
    words, scene = desk.words, desk.scene
    heading = Heading(
        right=words("filing.unit", unit=desk.accounts.unit),
        title=words("filing.title.closing", province=scene.whose.name, year=scene.roster.year),
        columns=desk.columns,
    )
    groups = [text(words("filing.column.year", year=one), Look.HEADER, span=2) for one in desk.years]
    whole = text(words("filing.column.over_plan"), Look.HEADER, span=4)
    pair = [text(words(f"filing.column.{one}"), Look.HEADER) for one in ("target", "completed")]
    last = [text(words(f"filing.column.{one}"), Look.HEADER) for one in ("target", "accumulated", "rate", "surplus")]
    names = [text(words(f"filing.column.{one}"), Look.HEADER) for one in ("serial", "name")]
    return (
        *heading.rows(),
        (text(words("filing.column.area"), Look.HEADER, span=2), *groups, whole),
        (*names, *(pair * len(desk.years)), *last),
    )


def _by_township(desk: _Desk) -> list[Row]:
    rows: list[Row] = []
    for county in desk.scene.in_order:
        accounts = _years_of(desk, county)
        for measure, name in desk.accounts.measures.items():
            townships = dict.fromkeys(one for account in accounts.values() for one in account.townships)
            rows.append((text(name, Look.TOTAL_TEXT, span=desk.columns),))
            first = HEAD[1] + len(rows) + 1
            lines = [_line(desk, accounts, measure, one) for one in townships if one != WHOLE_COUNTY]
            for serial, (one, line) in enumerate(zip(townships, lines, strict=False), start=1):
                row = (Cell(serial, Look.CENTRE), text(one))
                rows.append((*row, *_cells(desk, line, first + serial - 1)))
            total = _line(desk, accounts, measure, None)
            summed = {key for key in total if any(line.get(key) is not None for line in lines)}
            rows.append(_total(desk, total, (first, first + len(lines) - 1), summed))
    return rows


def _by_county(desk: _Desk) -> list[Row]:
    rows: list[Row] = []
    for measure, name in desk.accounts.measures.items():
        rows.append((text(name, Look.TOTAL_TEXT, span=desk.columns),))
        first = HEAD[1] + len(rows) + 1
        lines = []
        for serial, county in enumerate(desk.scene.in_order, start=1):
            line = _line(desk, _years_of(desk, county), measure, None)
            lines.append(line)
            row = (Cell(serial, Look.CENTRE), text(county.due.name))
            rows.append((*row, *_cells(desk, line, first + serial - 1)))
        total = {key: sum_known_amounts(line.get(key) for line in lines) for key in _keys(desk)}
        summed = {key for key, amount in total.items() if amount is not None}
        rows.append(_total(desk, total, (first, first + len(lines) - 1), summed))
    return rows


def _years_of(desk: _Desk, county: CountedCounty) -> dict[int, Account]:
    """Return the accounts of this year and of the earlier ones that are on file."""
    measures, targets = tuple(desk.accounts.measures), desk.scene.exhibits.targets
    before = {
        year: account_of(replace(county, report=report), measures, targets) for year, report in county.past.items()
    }
    return {**before, desk.accounts.year: desk.accounts.of[county.due.code]}


def _line(desk: _Desk, accounts: Mapping[int, Account], measure: str, township: str | None) -> Line:
    """Return what was due and done by year; of the whole county where no township is named."""
    now = accounts[desk.accounts.year]

    def amount(account: Account | None, key: int | Kind) -> Decimal | None:
        if account is None:
            return None
        found = account.amount(measure, township, key) if township is not None else None
        return account.total(measure, key) if township is None else found.value if found else None

    line: dict[tuple[int, bool], Decimal | None] = {}
    for year in desk.years:
        due = amount(now, year)
        line[year, False] = amount(accounts.get(year), year) if due is None else due
        line[year, True] = amount(accounts.get(year), Kind.DONE)
    line[0, False] = amount(now, Kind.WHOLE)
    line[0, True] = sum_known_amounts(line[year, True] for year in desk.years)
    return line


def _keys(desk: _Desk) -> Iterator[tuple[int, bool]]:
    for year in (*desk.years, 0):
        yield year, False
        yield year, True


def _cells(desk: _Desk, line: Line, row: int, look: Look = Look.FIGURE) -> list[Cell]:
    """Years as they were filed; what was done over all of them, its rate and what is over or lacking are live."""
    yearly = [
        figure(line[year, done], look, decimals=desk.accounts.finest_of(done=done))
        for year in desk.years
        for done in (False, True)
    ]
    done_cells = [f"{column_letters(FIRST + 2 * at + 1)}{row}" for at in range(len(desk.years))]
    formula = f"=SUM({','.join(done_cells)})" if line[0, True] is not None else None
    return [*yearly, *_last(desk, line, row, look, formula)]


def _last(desk: _Desk, line: Line, row: int, look: Look, formula: str | None) -> list[Cell]:
    at = FIRST + 2 * len(desk.years)
    due, done = (f"{column_letters(one)}{row}" for one in (at, at + 1))
    planned, reached = line[0, False], line[0, True]
    decimals = desk.accounts.finest_of(done=True)
    over = reached - planned if planned is not None and reached is not None else None
    dash = desk.words("filing.not_applicable")
    rate = rate_of(reached, planned)
    percent = Look.TOTAL_PERCENT if look is Look.TOTAL_FIGURE else Look.PERCENT
    return [
        figure(planned, look, decimals=desk.accounts.finest_of(done=False)),
        figure(reached, look, decimals=decimals, formula=formula),
        Cell(
            dash if rate is None else rate,
            percent,
            formula=f'=IF(OR({due}=0,{done}=""),"{dash}",ROUND({done}/{due},4))',
        ),
        text(dash, look)
        if over is None
        else figure(over, look, decimals=decimals, formula=f"=ROUND({done}-{due},{decimals})"),
    ]


def _total(desk: _Desk, line: Line, span: tuple[int, int], summed: set[tuple[int, bool]]) -> Row:
    row = span[1] + 1
    cells = _cells(desk, line, row, Look.TOTAL_FIGURE)
    keys = [*((year, done) for year in desk.years for done in (False, True)), (0, False)]
    for at, key in enumerate(keys):
        if key in summed and line[key] is not None:
            letter = column_letters(FIRST + at)
            cells[at] = replace(cells[at], formula=f"=SUM({letter}{span[0]}:{letter}{span[1]})")
    return (text("", Look.TOTAL_TEXT), text(desk.words("filing.total"), Look.TOTAL_TEXT), *cells)
