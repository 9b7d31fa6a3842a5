"""The roll-up: a row a county that refers to its total in the detail, a subtotal a city, a grand total."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Wording
from filing.book.cell_builders import COLUMNS_IN_PORTRAIT, Heading, Row, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.accounts import Accounts, Key
from filing.context.filing_context import PROVINCE, CountedCounty, FilingScene
from filing.context.links import quote_sheet, review_of
from filing.sheets.measure_columns import HEADER_ROWS, Line, Values, column_header, figure_cells, group_header, width_of
from filing.sheets.signature_block import closing_rows, empty_row
from filing.sheets.township_detail import Block, Detail

SERIAL, NAME, MEASURE = 6.0, 27.0, (12.0, 12.0, 11.0, 13.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    scene: FilingScene
    accounts: Accounts
    detail: Detail
    words: Wording


def rollup_of(scene: FilingScene, accounts: Accounts, detail: Detail, words: Wording) -> Sheet:
    """Return the table of all filed counties with live subtotals and total."""
    desk = _Desk(scene=scene, accounts=accounts, detail=detail, words=words)
    columns = width_of(accounts)
    widths = (SERIAL, NAME, *(MEASURE * len(accounts.measures)))
    return Sheet(
        name=words("filing.sheet.rollup"),
        rows=(
            *_head(desk, columns),
            *_body(desk, columns),
            *closing_rows(scene, widths, _notes(scene), words),
        ),
        widths=widths,
        landscape=columns > COLUMNS_IN_PORTRAIT,
        header_rows=HEADER_ROWS,
    )


def _notes(scene: FilingScene) -> tuple[str, ...]:
    return ("rate", "traced", f"interim_{scene.waiting}") if scene.missing else ("rate", "traced")


def _head(desk: _Desk, columns: int) -> tuple[Row, ...]:
    words, roster = desk.words, desk.scene.roster
    title = words("filing.title.rollup", province=desk.scene.whose.name, year=roster.year)
    heading = Heading(
        right=words("filing.unit", unit=desk.accounts.unit),
        title=words("filing.title.interim", title=title) if desk.scene.missing else title,
        columns=columns,
    )
    names = (words("filing.column.serial"), words("filing.column.name"))
    return (
        *heading.rows(),
        group_header(words("filing.column.area"), desk.accounts),
        column_header(names, desk.accounts, words),
    )


def _body(desk: _Desk, columns: int) -> list[Row]:
    rows: list[Row] = []
    subtotals: list[int] = []
    serial = 0
    if not desk.scene.counted:
        return [empty_row(columns, "filed", desk.words)]
    for city, counties in desk.scene.by_city:
        first = HEADER_ROWS[1] + len(rows) + 1
        for at, county in enumerate(counties):
            serial += 1
            rows.append(_county(desk, county, serial=serial, row=first + at))
        subtotals.append(first + len(counties))
        rows.append(_subtotal(desk, city, counties, first=first))
    # a city's own roll-up ends with its subtotal: a grand total would say the same again
    return [*rows, _grand(desk, subtotals)] if desk.scene.whose.kind == PROVINCE else rows


def _county(desk: _Desk, county: CountedCounty, *, serial: int, row: int) -> Row:
    block = desk.detail.blocks[county.due.code]
    sheet = quote_sheet(desk.detail.sheet.name)
    line = Line(
        row=row,
        values=block.sums,
        formula=lambda letter: f"={sheet}!{letter}{block.total}",
        typed=_unknown(block.sums),
    )
    return (
        Cell(serial, Look.CENTRE),
        text(county.due.name, link=f"{sheet}!A{block.head}"),
        *figure_cells(line, desk.accounts, desk.words),
    )


def _subtotal(desk: _Desk, city: str, counties: tuple[CountedCounty, ...], *, first: int) -> Row:
    last = first + len(counties) - 1
    due = sum(1 for one in desk.scene.roster.due if one.city == city)
    name = desk.scene.city(counties[0].due)
    key = "filing.subtotal" if due == len(counties) else "filing.subtotal_part"
    said = desk.words(key, city=name, filed=len(counties), due=due)
    values = _add(desk.detail.blocks[one.due.code] for one in counties)
    line = Line(row=last + 1, values=values, formula=_range(first, last), total=True, typed=_unknown(values))
    leads = review_of(desk.scene, counties[0].due, desk.words) if desk.scene.whose.kind == PROVINCE else None
    return _sum_row(desk, said, line, leads)


def _unknown(values: Values) -> frozenset[tuple[str, Key]]:
    """What nobody reported stays empty: a live cell would show 0."""
    return frozenset(one for one, value in values.items() if value is None)


def _range(first: int, last: int) -> Callable[[str], str]:
    return lambda letter: f"=SUM({letter}{first}:{letter}{last})"


def _grand(desk: _Desk, subtotals: list[int]) -> Row:
    def formula(letter: str) -> str:
        return f"=SUM({','.join(f'{letter}{row}' for row in subtotals)})"

    values = _add(desk.detail.blocks.values())
    said = desk.words("filing.grand_total")
    line = Line(row=subtotals[-1] + 1, values=values, formula=formula, total=True, typed=_unknown(values))
    return _sum_row(desk, said, line)


def _sum_row(desk: _Desk, said: str, line: Line, source: str | None = None) -> Row:
    return (
        text("", Look.TOTAL_TEXT),
        text(said, Look.TOTAL_TEXT, source=source),
        *figure_cells(line, desk.accounts, desk.words),
    )


def _add(blocks: Iterable[Block]) -> Values:
    listed = tuple(blocks)
    keys = dict.fromkeys(key for block in listed for key in block.sums)
    return {key: sum_known_amounts(block.sums.get(key) for block in listed) for key in keys}
