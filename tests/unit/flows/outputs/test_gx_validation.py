"""The rules across levels: what must hold of roll-ups stands in the contracts, is tried, and names what fails."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from checks.model.report import ValidationReport
from checks.model.submission_identity import SubmissionIdentity
from contracts.contract_library import open_library
from contracts.errors import ContractError
from contracts.rollups import load_rollup_tables
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.rollup_evidence import ExpectationResult
from filing.sheets.measure_columns import HEADER_ROWS
from filing.sheets.rollup_checks import RollUpTableRow, build_rollup_tables, format_canonical_amount
from flows.outputs.gx_validation import define_validations, open_context, validate_rollups
from review.county_state import CountyState
from review.roster import DueCounty
from tests.builders import expectations
from tests.builders.chain import procedure, roster
from tests.builders.examined import wording

TABLES = {table.name: table for table in open_library().get_rollup_tables("annual-accounting")}
TOTAL = {"area": "甲市", "column": "新增耕地", "printed": "30", "summed": "30"}
COUNTY = {"county": "甲县", "times": "1", "filed": "ab", "reviewed": "ab"}
FIGURE = {"county": "甲县", "column": "核算汇总表 F9", "reviewed": "10", "lowered": "10", "reason": "未核减"}
FILED = {"area": "甲县 乙乡", "column": "新增耕地 完成", "filed": "9", "accepted": "9"}
DUE = {"county": "甲县", "filed": "是"}
MEASURE: RollUpTableRow = {
    "county": "甲县",
    "measure": "新增耕地",
    "planned": Decimal(100),
    "done": Decimal("95.5"),
    "share_of_plan": Decimal("0.955"),
    "last_year": Decimal(80),
    "share_of_last_year": Decimal("1.19375"),
    "accumulated": Decimal("175.5"),
}
FIRST_YEAR: RollUpTableRow = {
    **MEASURE,
    "county": "乙县",
    "planned": None,
    "share_of_plan": None,
    "last_year": None,
    "share_of_last_year": None,
    "accumulated": Decimal("95.5"),
}
CITY: RollUpTableRow = {
    "city": "甲市",
    "due": Decimal(3),
    "filed": Decimal(2),
    "excused": Decimal(1),
    "share": Decimal(1),
}
NEGATIVE: RollUpTableRow = {**FIRST_YEAR, "done": Decimal(-5), "accumulated": Decimal(0)}
BROKEN: list[tuple[str, str, list[RollUpTableRow], str]] = [
    ("L01-sum", "roll_up_totals", [TOTAL, {**TOTAL, "area": "甲省", "summed": "30.01"}], "甲省 新增耕地"),
    ("L01-once", "roll_up_totals", [TOTAL, TOTAL], "甲市 新增耕地"),
    ("L01-filed", "filed_figures", [FILED, {**FILED, "area": "甲县 合计", "filed": "10"}], "甲县 合计 新增耕地 完成"),
    ("L01-counties", "roll_up_counties", [COUNTY, {**COUNTY, "county": "乙县", "times": "0"}], "乙县"),
    ("L01-counties", "roll_up_counties", [COUNTY, {**COUNTY, "county": "乙县", "times": "2"}], "乙县"),
    ("L04-bytes", "roll_up_counties", [COUNTY, {**COUNTY, "county": "乙县", "reviewed": "cd"}], "乙县"),
    ("L02-figures", "reviewed_figures", [FIGURE, {**FIGURE, "county": "乙县", "reviewed": "9"}], "乙县 核算汇总表 F9"),
    ("L02-reason", "reviewed_figures", [FIGURE, {**FIGURE, "county": "乙县", "reason": None}], "乙县 核算汇总表 F9"),
    ("L03-filed", "due_counties", [DUE, {**DUE, "county": "乙县", "filed": "否"}], "乙县"),
    ("L05-plan", "county_measures", [{**MEASURE, "share_of_plan": Decimal("3.01")}, FIRST_YEAR], "甲县 新增耕地"),
    ("L05-plan", "county_measures", [{**MEASURE, "share_of_plan": Decimal("-0.01")}], "甲县 新增耕地"),
    ("L06-last-year", "county_measures", [{**MEASURE, "share_of_last_year": Decimal("5.1")}], "甲县 新增耕地"),
    ("L06-last-year", "county_measures", [MEASURE, {**MEASURE, "share_of_last_year": Decimal("0.1")}], "甲县 新增耕地"),
    ("L07-done", "county_measures", [MEASURE, NEGATIVE], "乙县 新增耕地"),
    ("L07-planned", "county_measures", [MEASURE, {**FIRST_YEAR, "planned": Decimal("-0.1")}], "乙县 新增耕地"),
    ("L08-accumulated", "county_measures", [MEASURE, {**FIRST_YEAR, "accumulated": Decimal(95)}], "乙县 新增耕地"),
    ("L09-complete", "city_completeness", [CITY, {**CITY, "city": "乙市", "share": Decimal("0.5")}], "乙市"),
    ("L09-due", "city_completeness", [CITY, {**CITY, "city": "乙市", "due": Decimal(0), "share": None}], "乙市"),
]
SOUND: dict[str, list[RollUpTableRow]] = {
    "roll_up_totals": [TOTAL, {**TOTAL, "area": "甲省"}],
    "filed_figures": [FILED, {**FILED, "area": "甲县 丙乡"}],
    "roll_up_counties": [COUNTY, {**COUNTY, "county": "乙县"}],
    "reviewed_figures": [FIGURE, {**FIGURE, "county": "乙县", "reviewed": "9", "lowered": "9", "reason": "面积重算"}],
    "due_counties": [DUE, {**DUE, "county": "乙县", "filed": "免报"}],
    "county_measures": [MEASURE, FIRST_YEAR, {**FIRST_YEAR, "county": "丙县", "done": None, "accumulated": None}],
    "city_completeness": [CITY, {**CITY, "city": "乙市"}],
}


def tried(table: str, lines: Sequence[RollUpTableRow]) -> dict[str, ExpectationResult]:
    """Hold one table against its expectations."""
    return validate_rollups([(TABLES[table], lines)])


@pytest.mark.parametrize("name", sorted(TABLES))
def test_sound_table_holds(name: str) -> None:
    """Where nothing is wrong every expectation on the table holds."""
    assert {item: held.failing_names for item, held in tried(name, SOUND[name]).items()} == {
        expectation.id: () for expectation in TABLES[name].expectations
    }


@pytest.mark.parametrize(("expectation", "table", "lines", "named"), BROKEN)
def test_broken_table_names_the_row(expectation: str, table: str, lines: list[RollUpTableRow], named: str) -> None:
    """Broken in the one way that an expectation forbids, it alone fails, and says of what area or county."""
    failing = {item: held.failing_names for item, held in tried(table, lines).items() if held.failing_names}
    assert set(failing) == {expectation}
    assert set(failing[expectation]) == {named}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_double_leaves_out_the_rows_that_the_engine_leaves_out(name: str) -> None:
    """Rows without the value that is compared are not counted, by the engine and by the double."""
    assert expectations.hold([(TABLES[name], SOUND[name])]) == tried(name, SOUND[name])


@pytest.mark.parametrize(("expectation", "table", "lines", "named"), BROKEN)
def test_double_does_what_the_engine_does(
    expectation: str, table: str, lines: list[RollUpTableRow], named: str
) -> None:
    """Tests that kill runs use a double: it gives the engine's own results."""
    assert expectations.hold([(TABLES[table], lines)]) == tried(table, lines), (expectation, named)


def test_every_expectation_is_tried_both_ways() -> None:
    """None can be added to the contracts without a case here."""
    known = {expectation.id for table in TABLES.values() for expectation in table.expectations}
    assert {case[0] for case in BROKEN} == known
    assert {expectation.rule for table in TABLES.values() for expectation in table.expectations} == {
        "L01",
        "L02",
        "L03",
        "L04",
        "L05",
        "L06",
        "L07",
        "L08",
        "L09",
    }


def test_a_table_without_rows_holds() -> None:
    """Where nothing is there, nothing is wrong."""
    assert set(tried("reviewed_figures", []).values()) == {ExpectationResult(0, ())}


def test_suites_are_named_after_the_tables() -> None:
    """The engine has one suite and one validation definition for each table, each expectation with its meta."""
    context = open_context()
    define_validations(context, [(table, SOUND[name]) for name, table in TABLES.items()])
    suites = {suite.name: suite for suite in context.suites.all()}
    assert {name: len(suite.expectations) for name, suite in suites.items()} == {
        "roll_up_totals": 2,
        "filed_figures": 1,
        "roll_up_counties": 2,
        "reviewed_figures": 2,
        "due_counties": 1,
        "county_measures": 5,
        "city_completeness": 2,
    }
    assert {definition.name: definition.suite.name for definition in context.validation_definitions.all()} == {
        name: name for name in suites
    }
    expectation = suites["county_measures"].expectations[0]
    assert expectation.meta == {"id": "L05-plan", "rule": "L05", "severity": "soft", "basis": "[C] 汇总惯例"}
    assert (expectation.notes, expectation.severity) == ("完成数与本年计划数之比在合理范围内", "warning")


def test_one_checkpoint_gives_the_same_results(tmp_path: Path) -> None:
    """With the engine's own pages wanted, all suites run in one checkpoint and come out as they do one by one."""
    tables = [(table, SOUND[name]) for name, table in TABLES.items()]
    assert validate_rollups(tables, docs=tmp_path) == validate_rollups(tables)
    assert sorted(path.stem for path in (tmp_path / "expectations").iterdir()) == sorted(TABLES)
    runs = {path.parent.name for path in (tmp_path / "validations").rglob("*.html")}
    assert len(runs) == 1


def test_expectation_that_cannot_be_evaluated_is_an_error() -> None:
    """An exception inside the engine is not taken for an expectation that holds."""
    table = TABLES["city_completeness"]
    expectation = replace(table.expectations[0], arguments={"column": "no such column", "min_value": 1})
    with pytest.raises(RuntimeError, match=expectation.id):
        validate_rollups([(replace(table, expectations=(expectation,)), [CITY])])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("column_B: summed", "column_B: sum"),
        ("engine: great-expectations", "engine: great"),
        ("named: [county]", "was: []"),
        ("businessName: 本年计划数, logicalType: number", "businessName: 本年计划数, logicalType: string"),
        ("businessName: 本年计划数, logicalType: number", "businessName: 本年计划数, logicalType: amount"),
    ],
)
def test_malformed_roll_up_contract_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """An unknown column, engine or type, a missing entry, a range of texts: the contract is wrong, not the county."""
    source = open_library().root / "rollups" / "annual-accounting.odcs.yaml"
    path = tmp_path / "broken.odcs.yaml"
    path.write_text(source.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError, match="broken"):
        load_rollup_tables(path)


def test_equal_amounts_are_the_same_text() -> None:
    """Idle zeros and exponents say nothing."""
    assert [format_canonical_amount(Decimal(text)) for text in ("30", "30.00", "3E+1", "0.00", "-0.50")] == [
        "30",
        "30",
        "30",
        "0",
        "-0.5",
    ]


def printed(*lines: tuple[str, CellStyle, int]) -> FilingSheet:
    """Return a roll-up as printed: a name, its look, and one figure a line."""
    head = (
        (Cell("表"),),
        (Cell("题", span=3),),
        (Cell("地区", span=2), Cell("新增耕地")),
        (Cell("序号"), Cell("名称"), Cell("完成")),
    )
    rows = [(Cell(""), Cell(name, look), Cell(Decimal(value), CellStyle.FIGURE)) for name, look, value in lines]
    return FilingSheet(name="汇总表", rows=(*head[: HEADER_ROWS[1]], *rows), widths=(1.0, 1.0, 1.0))


def filed_without_figures(due: DueCounty) -> IncludedCounty:
    """Return a filed county; what it sent is of no concern here."""
    return IncludedCounty(
        due_county=due, county_state=CountyState(county=due.code, state="filed"), report=NO_REPORT, plan=None
    )


def totals_of(*lines: tuple[str, CellStyle, int]) -> dict[str, tuple[str, str]]:
    """Return what is printed and what it should be, by area, for two cities of two counties and one."""
    cities = {"530100": "甲市", "530200": "乙市"}
    due = (
        DueCounty("530101", "子县", "530100"),
        DueCounty("530102", "丑县", "530100"),
        DueCounty("530201", "子县", "530200"),
    )
    context = FilingContext(
        roster=replace(roster(), cities=cities, due_counties=due),
        procedure=procedure(),
        included_counties=tuple(filed_without_figures(item) for item in due),
        pending_counties=(),
        contracts_version="",
        ledger_head="",
        as_of="2025-01-01T00:00:00",
    )
    tables = build_rollup_tables(context, printed(*lines), {item.code: NO_REPORT for item in due}, wording())
    assert [table["times"] for table in tables["roll_up_counties"]] == ["1", "1", "1"]
    return {str(row["area"]): (str(row["printed"]), str(row["summed"])) for row in tables["roll_up_totals"]}


NO_REPORT = ValidationReport(identity=SubmissionIdentity("530101", 2024, 1), contracts_version="", findings=())
LINES = [
    ("子县", CellStyle.TEXT, 10),
    ("丑县", CellStyle.TEXT, 20),
    ("甲市小计", CellStyle.TOTAL_TEXT, 30),
    ("子县", CellStyle.TEXT, 5),
    ("乙市小计", CellStyle.TOTAL_TEXT, 5),
    ("总计", CellStyle.TOTAL_TEXT, 35),
]


def test_totals_are_read_off_the_printed_roll_up() -> None:
    """Each city is held against the lines of its counties, the province against its cities; namesakes are two."""
    assert totals_of(*LINES) == {"甲市": ("30", "30"), "乙市": ("5", "5"), "云南省": ("35", "35")}


def test_a_wrong_subtotal_shows() -> None:
    """A subtotal that is not the sum of its lines differs from it, and so does the total above it."""
    wrong = [*LINES[:2], ("甲市小计", CellStyle.TOTAL_TEXT, 31), *LINES[3:]]
    assert totals_of(*wrong) == {"甲市": ("31", "30"), "乙市": ("5", "5"), "云南省": ("35", "36")}
