"""Every filed county's figures by township, each with the cell of the county's own file that it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.messages import Wording
from filing.book.cell_builders import COLUMNS_IN_PORTRAIT, Heading, Row, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.accounts import WHOLE_COUNTY, Account, Accounts, Amount
from filing.context.filing_context import CountedCounty, FilingScene
from filing.sheets.measure_columns import (
    HEADER_ROWS,
    Line,
    Values,
    column_header,
    figure_cells,
    group_header,
    keys_of,
    width_of,
)
from filing.sheets.signature_block import closing_rows

SERIAL, NAME, MEASURE, PLACES = 5.5, 13.0, (8.5, 9.5, 9.0, 13.0), 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Where a county stands in the detail (*head* and *total* are rows), and the sums of its total row."""

    head: int
    total: int
    sums: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The sheet, and where each county stands in it."""

    sheet: Sheet
    blocks: Mapping[str, Block]


def detail_of(scene: FilingScene, accounts: Accounts, words: Wording) -> Detail:
    """Return the figures of every filed county, a block each, its totals live."""
    rows: list[Row] = [*_head(scene, accounts, words)]
    blocks: dict[str, Block] = {}
    for county in scene.in_order:
        account = accounts.of[county.due.code]
        head, total = len(rows) + 1, len(rows) + 2 + len(account.townships)
        sums = _sums(account, accounts)
        blocks[county.due.code] = Block(head=head, total=total, sums=sums)
        rows.append((text(_say_county(scene, county, words), Look.TOTAL_TEXT, span=width_of(accounts) + 1),))
        rows += _body(county, accounts, head, words)
        rows.append(_total(blocks[county.due.code], account, accounts, words))
        rows += _disagreements(account, accounts, words)
    rows += closing_rows(scene, _widths(accounts), ("rate", "places", "empty"), words)
    return Detail(sheet=_sheet(rows, accounts, words), blocks=blocks)


def _sheet(rows: list[Row], accounts: Accounts, words: Wording) -> Sheet:
    return Sheet(
        name=words("filing.sheet.detail"),
        rows=tuple(rows),
        widths=_widths(accounts),
        landscape=width_of(accounts) + 1 > COLUMNS_IN_PORTRAIT,
        header_rows=HEADER_ROWS,
    )


def _widths(accounts: Accounts) -> tuple[float, ...]:
    return (SERIAL, NAME, *(MEASURE * len(accounts.measures)), PLACES)


def _head(scene: FilingScene, accounts: Accounts, words: Wording) -> tuple[Row, ...]:
    heading = Heading(
        right=words("filing.unit", unit=accounts.unit),
        title=words("filing.title.detail", province=scene.whose.name, year=scene.roster.year),
        columns=width_of(accounts) + 1,
    )
    names = (words("filing.column.serial"), words("filing.column.name"))
    places = words("filing.column.places")
    return (
        *heading.rows(),
        (
            *group_header(words("filing.column.township"), accounts),
            text(words("filing.column.source"), Look.HEADER),
        ),
        (*column_header(names, accounts, words), text(places, Look.HEADER)),
    )


def _say_county(scene: FilingScene, county: CountedCounty, words: Wording) -> str:
    return words(
        "filing.detail.county",
        city=scene.city(county.due),
        county=county.due.name,
        code=county.due.code,
        version=county.report.identity.version,
    )


def _body(county: CountedCounty, accounts: Accounts, head: int, words: Wording) -> list[Row]:
    account = accounts.of[county.due.code]
    rows: list[Row] = []
    for serial, name in enumerate(account.townships, start=1):
        line = Line(row=head + serial, values=_reported(account, name, accounts))
        rows.append(
            (
                Cell(serial, Look.CENTRE),
                text(name if name != WHOLE_COUNTY else county.due.name),
                *figure_cells(line, accounts, words),
                text(_say_places(account, name, accounts, words)),
            )
        )
    return rows


def _total(block: Block, account: Account, accounts: Accounts, words: Wording) -> Row:
    first, last = block.head + 1, block.total - 1
    line = Line(
        row=block.total,
        values=block.sums,
        formula=lambda letter: f"=SUM({letter}{first}:{letter}{last})",
        total=True,
        typed=frozenset(one for one in block.sums if not account.is_summed(*one)),
    )
    return (
        text("", Look.TOTAL_TEXT),
        text(words("filing.total"), Look.TOTAL_TEXT),
        *figure_cells(line, accounts, words),
        text(_say_places(account, WHOLE_COUNTY, accounts, words)),
    )


def _reported(account: Account, township: str, accounts: Accounts) -> Values:
    found = {
        (measure, key): account.amount(measure, township, key)
        for measure in filter(account.has, accounts.measures)
        for key in keys_of(accounts)
    }
    return {spot: amount.value if amount else None for spot, amount in found.items()}


def _sums(account: Account, accounts: Accounts) -> Values:
    measures = filter(account.has, accounts.measures)
    return {(one, key): account.total(one, key) for one in measures for key in keys_of(accounts)}


def _say_places(account: Account, township: str, accounts: Accounts, words: Wording) -> str:
    """Name the cells of a row, a line for each measure: target and target over all years, then done."""
    lines = []
    for measure in accounts.measures:
        year, done, whole = (account.amount(measure, township, key) for key in keys_of(accounts))
        lines.append(_join_places([one for one in (year, whole, done) if one], words))
    return "\n".join(one for one in lines if one)


def _join_places(amounts: list[Amount], words: Wording) -> str:
    by_sheet: dict[str, list[str]] = {}
    for sheet, cell in dict.fromkeys(place for amount in amounts for place in amount.places):
        by_sheet.setdefault(sheet, []).append(cell)
    joined = (
        words("filing.place", sheet=sheet, cells=words("filing.between_cells").join(cells))
        for sheet, cells in by_sheet.items()
    )
    return words("filing.between_places").join(joined)


def _disagreements(account: Account, accounts: Accounts, words: Wording) -> list[Row]:
    """Say where the county's own total row differs from the sum of its townships."""
    rows: list[Row] = []
    for measure, name in accounts.measures.items():
        for key in keys_of(accounts):
            stated, due = account.amount(measure, WHOLE_COUNTY, key), account.total(measure, key)
            if stated and stated.value != due:
                place = _join_places([stated], words)
                said = words("filing.detail.differs", measure=name, place=place, stated=stated.value, due=due)
                rows.append((text(said, Look.NOTE, span=width_of(accounts) + 1),))
    return rows
