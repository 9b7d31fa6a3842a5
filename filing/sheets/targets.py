"""The targets of the plans as the counties reported them: township by year, totals live."""

from checks.model.cell_ref import column_letters
from contracts.messages import Wording
from filing.book.cell_builders import COLUMNS_IN_PORTRAIT, Heading, Row, figure, full, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.accounts import WHOLE_COUNTY, Account, Accounts, Key, Kind
from filing.context.filing_context import CountedCounty, FilingScene
from filing.sheets.signature_block import closing_rows

HEADER_ROWS = (3, 4)
SERIAL, NAME, YEAR, WHOLE = 6.0, 24.0, 11.5, 13.0


def tasks_of(scene: FilingScene, accounts: Accounts, words: Wording) -> Sheet:
    """Return the reported targets of every filed county, a block each."""
    columns = len(_columns(accounts)) + 2
    rows: list[Row] = [*_head(scene, accounts, columns, words)]
    for county in scene.in_order:
        account = accounts.of[county.due.code]
        rows.append((text(_say_county(scene, county, words), Look.TOTAL_TEXT, span=columns),))
        first = len(rows) + 1
        rows += [
            _township(one, serial, county, accounts, words) for serial, one in enumerate(account.townships, start=1)
        ]
        rows.append(_total(account, accounts, (first, len(rows)), words))
    years = (WHOLE if key is Kind.WHOLE else YEAR for _, key in _columns(accounts))
    widths = (SERIAL, NAME, *years)
    rows += closing_rows(scene, widths, ("targets", "empty"), words)
    return Sheet(
        name=words("filing.sheet.tasks"),
        rows=tuple(rows),
        widths=full(widths, landscape=columns > COLUMNS_IN_PORTRAIT),
        landscape=columns > COLUMNS_IN_PORTRAIT,
        header_rows=HEADER_ROWS,
    )


def _columns(accounts: Accounts) -> list[tuple[str, Key]]:
    keys: tuple[Key, ...] = (*_years(accounts), Kind.WHOLE)
    return [(measure, key) for measure in accounts.measures for key in keys]


def _years(accounts: Accounts) -> tuple[int, ...]:
    """The years of the plans; where no plan is on file, the county says what was due in this one."""
    return accounts.years or (accounts.year,)


def _head(scene: FilingScene, accounts: Accounts, columns: int, words: Wording) -> tuple[Row, ...]:
    heading = Heading(
        right=words("filing.unit", unit=accounts.unit),
        title=words("filing.title.tasks", province=scene.whose.name, year=scene.roster.year),
        columns=columns,
    )
    names = [words("filing.column.serial"), words("filing.column.name")]
    names += [
        words("filing.total") if key is Kind.WHOLE else words("filing.column.year", year=key)
        for _, key in _columns(accounts)
    ]
    groups = (text(one, Look.HEADER, span=len(_years(accounts)) + 1) for one in accounts.measures.values())
    return (
        *heading.rows(),
        (text(words("filing.column.township"), Look.HEADER, span=2), *groups),
        tuple(text(one, Look.HEADER) for one in names),
    )


def _say_county(scene: FilingScene, county: CountedCounty, words: Wording) -> str:
    facts = {"city": scene.city(county.due), "county": county.due.name, "code": county.due.code}
    if county.plan is None:
        return words("filing.tasks.county", **facts)
    plan = county.plan
    return words("filing.tasks.county_plan", **facts, document=plan.document, title=plan.title)


def _township(name: str, serial: int, county: CountedCounty, accounts: Accounts, words: Wording) -> Row:
    account = accounts.of[county.due.code]
    cells = []
    for measure, key in _columns(accounts):
        amount = account.amount(measure, name, key)
        if _applies(account, measure, key):
            value = amount.value if amount else None
            cells.append(figure(value, Look.FIGURE, decimals=accounts.decimals(measure, key)))
        else:
            cells.append(text(words("filing.not_applicable"), Look.FIGURE))
    return (Cell(serial, Look.CENTRE), text(name if name != WHOLE_COUNTY else county.due.name), *cells)


def _total(account: Account, accounts: Accounts, span: tuple[int, int], words: Wording) -> Row:
    cells = []
    for at, (measure, key) in enumerate(_columns(accounts), start=3):
        letter = column_letters(at)
        if _applies(account, measure, key):
            summed = account.is_summed(measure, key)
            formula = f"=SUM({letter}{span[0]}:{letter}{span[1]})" if summed else None
            total, decimals = account.total(measure, key), accounts.decimals(measure, key)
            cells.append(figure(total, Look.TOTAL_FIGURE, decimals=decimals, formula=formula))
        else:
            cells.append(text(words("filing.not_applicable"), Look.TOTAL_FIGURE))
    return (text("", Look.TOTAL_TEXT), text(words("filing.total"), Look.TOTAL_TEXT), *cells)


def _applies(account: Account, measure: str, key: Key) -> bool:
    """Tell whether a year is within the county's plan: some township has a target for it."""
    return any(one == measure and other == key for one, _, other in account.amounts)
