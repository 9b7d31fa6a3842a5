"""The rules across levels: what must hold of roll-ups stands in the contracts, is tried, and names what fails."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.errors import ContractError
from contracts.library import open_library
from contracts.rollups import read_rollups
from filing.book import Look
from filing.evidence import Held, evidence_from_json, evidence_page, evidence_sheet, evidence_to_json, proof_of
from filing.rollup_tables import Line, said
from flows.expectations import hold
from tests.builders import expectations
from tests.builders.examined import wording

TABLES = {one.name: one for one in open_library().rollups("annual-accounting")}
TOTAL = {"area": "甲市", "column": "新增耕地", "printed": "30", "summed": "30"}
COUNTY = {"county": "甲县", "times": "1", "filed": "ab", "reviewed": "ab"}
FIGURE = {"county": "甲县", "column": "核算汇总表 F9", "reviewed": "10", "lowered": "10", "reason": "未核减"}
DUE = {"county": "甲县", "filed": "是"}
BROKEN = [
    ("L01-sum", "roll_up_totals", [TOTAL, {**TOTAL, "area": "甲省", "summed": "30.01"}], "甲省 新增耕地"),
    ("L01-once", "roll_up_totals", [TOTAL, TOTAL], "甲市 新增耕地"),
    ("L01-counties", "roll_up_counties", [COUNTY, {**COUNTY, "county": "乙县", "times": "0"}], "乙县"),
    ("L01-counties", "roll_up_counties", [COUNTY, {**COUNTY, "county": "乙县", "times": "2"}], "乙县"),
    ("L04-bytes", "roll_up_counties", [COUNTY, {**COUNTY, "county": "乙县", "reviewed": "cd"}], "乙县"),
    ("L02-figures", "reviewed_figures", [FIGURE, {**FIGURE, "county": "乙县", "reviewed": "9"}], "乙县 核算汇总表 F9"),
    ("L02-reason", "reviewed_figures", [FIGURE, {**FIGURE, "county": "乙县", "reason": None}], "乙县 核算汇总表 F9"),
    ("L03-filed", "due_counties", [DUE, {**DUE, "county": "乙县", "filed": "否"}], "乙县"),
]
SOUND: dict[str, list[Line]] = {
    "roll_up_totals": [TOTAL, {**TOTAL, "area": "甲省"}],
    "roll_up_counties": [COUNTY, {**COUNTY, "county": "乙县"}],
    "reviewed_figures": [FIGURE, {**FIGURE, "county": "乙县", "reviewed": "9", "lowered": "9", "reason": "面积重算"}],
    "due_counties": [DUE, {**DUE, "county": "乙县", "filed": "免报"}],
}


def tried(table: str, lines: Sequence[Line]) -> dict[str, Held]:
    """Hold one table against its expectations."""
    return hold([(TABLES[table], lines)])


@pytest.mark.parametrize("name", sorted(TABLES))
def test_sound_table_holds(name: str) -> None:
    """Where nothing is wrong every expectation on the table holds."""
    assert {one: held.failing for one, held in tried(name, SOUND[name]).items()} == {
        one.id: () for one in TABLES[name].expectations
    }


@pytest.mark.parametrize(("expectation", "table", "lines", "named"), BROKEN)
def test_broken_table_names_the_row(expectation: str, table: str, lines: list[Line], named: str) -> None:
    """Broken in the one way that an expectation forbids, it alone fails, and says of what area or county."""
    failing = {one: held.failing for one, held in tried(table, lines).items() if held.failing}
    assert set(failing) == {expectation}
    assert set(failing[expectation]) == {named}


@pytest.mark.parametrize(("expectation", "table", "lines", "named"), BROKEN)
def test_double_does_what_the_engine_does(expectation: str, table: str, lines: list[Line], named: str) -> None:
    """Tests that kill runs use a double: it gives the engine's own results."""
    assert expectations.hold([(TABLES[table], lines)]) == tried(table, lines), (expectation, named)


def test_every_expectation_is_tried_both_ways() -> None:
    """None can be added to the contracts without a case here."""
    known = {one.id for table in TABLES.values() for one in table.expectations}
    assert {case[0] for case in BROKEN} == known
    assert {one.rule for table in TABLES.values() for one in table.expectations} == {"L01", "L02", "L03", "L04"}


def test_a_table_without_rows_holds() -> None:
    """Where nothing is there, nothing is wrong."""
    assert set(tried("reviewed_figures", []).values()) == {Held(0, ())}


def test_evidence_is_said_in_chinese() -> None:
    """Each line has the rule, what was expected in the table's own headings, what was seen, and a verdict."""
    table = TABLES["due_counties"]
    (one,) = table.expectations
    good, bad = (proof_of(table, one, Held(3, failing), wording()) for failing in ((), ("乙县",)))
    page = evidence_page([good, bad], "核验", wording())
    assert page.summary == "共 2 项，符合 1 项，不符或待说明 1 项。"
    assert [line[1] for line in page.lines] == ["L03", "L03"]
    assert [line[6] for line in page.lines] == ["符合", "待说明"]
    assert (good.expected, bad.observed) == ("“是否备案”为：是、免报", "共 3 行，1 行不符：乙县")
    sheet = evidence_sheet([good, bad], "核验", wording())
    assert [cell.value for cell in sheet.rows[-1]] == list(page.lines[-1])
    assert sheet.rows[-1][6].look is Look.SOFT
    assert evidence_from_json(evidence_to_json([good, bad])) == (good, bad)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("column_B: summed", "column_B: sum"),
        ("engine: great-expectations", "engine: great"),
        ("named: [county]", "was: []"),
    ],
)
def test_malformed_roll_up_contract_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """A column that is not there, an unknown engine, a missing entry: the contract is wrong, not the county."""
    source = open_library().root / "rollups" / "annual-accounting.odcs.yaml"
    path = tmp_path / "broken.odcs.yaml"
    path.write_text(source.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError, match="broken"):
        read_rollups(path)


def test_equal_amounts_are_the_same_text() -> None:
    """Idle zeros and exponents say nothing."""
    assert [said(Decimal(one)) for one in ("30", "30.00", "3E+1", "0.00", "-0.50")] == ["30", "30", "30", "0", "-0.5"]
