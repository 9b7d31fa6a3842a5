"""Filing contexts made from the Dongchuan sample, and readers of the books that are built from them."""

import hashlib
import re
from datetime import date
from decimal import Decimal
from functools import cache

from checks.model.finding import Refusal
from checks.model.raw_workbook import RawWorkbook
from checks.model.report import ValidationReport
from checks.validation import validate_workbook
from contracts.contract_library import open_library
from contracts.messages import Messages
from contracts.procedures import Procedure
from filing.book.workbook_model import Cell, FilingBook, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from review.county_state import CountyState, SubmissionVersion
from review.events import Event, EventKind
from review.roster import DueCounty, Officer, Roster
from tests.builders import dongchuan
from workbooks.reader.read_workbook import read_workbook

CITY = ("530100", "昆明市")
COUNTY = DueCounty("530113", "东川区", "530100")
AS_OF = "2025-03-20T16:30:00+00:00"  # half past midnight of the 21st in Beijing
HEAD = hashlib.sha256(b"head").hexdigest()


@cache
def load_messages() -> Messages:
    """Return the sentences that people read."""
    return open_library().get_messages()


@cache
def load_procedure() -> Procedure:
    """Return the chain of the annual accounting."""
    return open_library().get_procedure("annual-accounting")


@cache
def check_version(number: int) -> ValidationReport:
    """Return what checking one version of the sample found."""
    book = read_workbook(dongchuan.submission(number).bytes(), load_messages())
    assert isinstance(book, RawWorkbook)
    report = validate_workbook(book, open_library(), load_messages())
    assert not isinstance(report, Refusal)
    return report


def make_roster(due: tuple[DueCounty, ...] = (COUNTY,), cities: tuple[tuple[str, str], ...] = (CITY,)) -> Roster:
    """Make a roster of these due counties."""
    officer = Officer(
        id="530000-01",
        title="省级备案员",
        unit="云南省自然资源厅",
        level="province",
        area="530000",
        since=date(2024, 1, 1),
        until=None,
    )
    return Roster(
        year=2024,
        procedure="annual-accounting",
        province=("530000", "云南省"),
        cities=dict(cities),
        due_counties=due,
        deadlines={"county": date(2025, 1, 31), "city": date(2025, 2, 28), "province": date(2025, 3, 31)},
        officers=(officer,),
    )


def make_version(number: int, *, county: DueCounty = COUNTY, hard: int = 0, soft: int = 0) -> SubmissionVersion:
    """Make a version as it stands in the record."""
    return SubmissionVersion(
        number=number,
        sha256=hashlib.sha256(f"{county.code}{number}".encode()).hexdigest(),
        name=f"{county.code}{county.name}-2024年度核算-第{number}版.xlsx",
        received_at=f"2025-01-{10 + number}T02:00:00+00:00",
        hard_count=hard,
        soft_count=soft,
    )


def decide(level: str, action: str, *, county: DueCounty = COUNTY, opinion: str = "数据属实，同意。") -> Event:
    """Make the event of a decision on version 2."""
    return Event(
        kind=EventKind.DECISION,
        year=2024,
        county=county.code,
        version=2,
        sha256=make_version(2, county=county).sha256,
        level=level,
        action=action,
        actor=f"{level}-01",
        unit={"county": "昆明市东川区自然资源局", "city": "昆明市自然资源和规划局"}.get(level, "云南省自然资源厅"),
        facts={"number": "昆自然资核〔2025〕3号", "opinion": opinion, "date": "2025-02-08", "title": "复核员"},
    )


def make_filed(county: DueCounty = COUNTY) -> IncludedCounty:
    """Make a county whose first version was returned and whose second one is filed."""
    first, second = make_version(1, county=county, hard=1, soft=1), make_version(2, county=county)
    chain = (("county", "submit"), ("city", "take_up"), ("city", "approve"), ("province", "file"))
    decisions = tuple(decide(level, action, county=county) for level, action in chain)
    return IncludedCounty(
        due_county=county,
        county_state=CountyState(county=county.code, state="filed", versions=(first, second), decisions=decisions),
        report=check_version(2),
        plan=dongchuan.plan(),
        earlier_reports=((first, check_version(1)),),
    )


def make_context(
    *filed: IncludedCounty, roster: Roster | None = None, still: tuple[CountyState, ...] = ()
) -> FilingContext:
    """Make the context of a filing of these counties, by default of the sample alone."""
    return FilingContext(
        roster=roster or make_roster(),
        procedure=load_procedure(),
        included_counties=filed or (make_filed(),),
        pending_counties=still,
        contracts_version=open_library().compute_version(),
        ledger_head=HEAD,
        as_of=AS_OF,
    )


def make_interim_context() -> FilingContext:
    """Make the context of a filing while another county of the same city is under review."""
    other = DueCounty("530114", "呈贡区", "530100")
    standing = CountyState(county=other.code, state="in_review", versions=(make_version(1, county=other),))
    return make_context(roster=make_roster((other, COUNTY)), still=(standing,))


def sheet_of(book: FilingBook, name: str) -> FilingSheet:
    """Return one sheet by its key."""
    wanted = load_messages()(f"filing.sheet.{name}")
    return next(sheet for sheet in book.sheets if sheet.name == wanted)


def texts_of(sheet: FilingSheet) -> str:
    """Return everything a sheet says, one line a row."""
    return "\n".join("|".join("" if cell.value is None else str(cell.value) for cell in row) for row in sheet.rows)


def cells_of(book: FilingBook) -> dict[tuple[str, str], Cell]:
    """Return every cell by sheet and address, merged ones by their first."""
    found = {}
    for sheet in book.sheets:
        for number, row in enumerate(sheet.rows, start=1):
            column = 0
            for cell in row:
                found[sheet.name, f"{letters(column)}{number}"] = cell
                column += cell.span
    return found


def letters(column: int) -> str:
    """Return the letters of a 0-based column."""
    return chr(65 + column) if column < 26 else letters(column // 26 - 1) + chr(65 + column % 26)


def recompute(sheet: str, formula: str, cells: dict[tuple[str, str], Cell]) -> object:  # noqa: PLR0911 - a form each
    """Compute one formula of a filing from the values of the cells that it names."""

    def value(address: str) -> object:
        return cells[sheet, address].value

    if found := re.fullmatch(r"='(.+)'!([A-Z]+\d+)", formula):
        return cells[found[1], found[2]].value
    if found := re.fullmatch(r"=SUM\(([A-Z]+)(\d+):\1(\d+)\)", formula):
        addresses = [f"{found[1]}{row}" for row in range(int(found[2]), int(found[3]) + 1)]
        return sum((item for item in map(value, addresses) if isinstance(item, Decimal)), Decimal(0))
    if found := re.fullmatch(r"=SUM\(([A-Z\d,]+)\)", formula):
        return sum((item for item in map(value, found[1].split(",")) if isinstance(item, Decimal)), Decimal(0))
    if found := re.fullmatch(r"=ROUND\(([A-Z]+\d+)-([A-Z]+\d+),\d\)", formula):
        done, due = (cells[sheet, group].value for group in found.groups())
        assert isinstance(done, Decimal)
        assert isinstance(due, Decimal)
        return done - due
    share = r'=IF\((\w+)=0,"—",ROUND\((\w+)/\1,4\)\)'
    if found := re.fullmatch(share, formula):
        return quotient(value(found[2]), value(found[1]))
    verdict = r'=IF\((\w+)="—","—",IF\(ROUND\((\w+)-(\w+)\*([\d.]+),6\)([<>])=0,"符合","不符"\)\)'
    if found := re.fullmatch(verdict, formula):
        part, whole = (Decimal(str(value(item))) for item in (found[2], found[3]))
        over = part - whole * Decimal(found[4])
        kept = over <= 0 if found[5] == "<" else over >= 0
        return "—" if value(found[1]) == "—" else "符合" if kept else "不符"
    found = re.fullmatch(r'=IF\(OR\((\w+)=0,(\w+)=""\),"—",ROUND\(\2/\1,4\)\)', formula)
    assert found, formula
    return quotient(value(found[2]), value(found[1]))


def quotient(part: object, whole: object) -> object:
    """Return a share as a sheet rounds it; a dash where there is none."""
    if not whole or part is None:
        return "—"
    assert isinstance(whole, Decimal)
    assert isinstance(part, Decimal)
    return (part / whole + Decimal("1e-12")).quantize(Decimal("0.0001"))


def assert_live(book: FilingBook) -> int:
    """Hold every formula's value against what the formula gives; return how many there are."""
    cells = cells_of(book)
    live = {place: cell for place, cell in cells.items() if cell.formula}
    for (sheet, address), cell in live.items():
        assert cell.formula is not None
        assert cell.value == recompute(sheet, cell.formula, cells), (sheet, address, cell)
    return len(live)


def rollup_row(book: FilingBook, name: str) -> list[object]:
    """Return the values of the roll-up's row of that name."""
    rows = sheet_of(book, "rollup").rows
    return next([cell.value for cell in row] for row in rows if len(row) > 1 and row[1].value == name)
