"""The files in inputs/ are what the builder makes: nothing was touched by hand."""

import hashlib
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from checks.model.finding import Refusal
from contracts.contract_library import open_library
from contracts.yaml_files import load_yaml
from review.roster import parse_roster
from tests.builders import dongchuan
from tests.builders.dongchuan import COUNTY, SHEET_2, SHEET_3, SHEET_DONE, Draft
from workbooks.decisions_file import read_decisions

INBOX = Path(__file__).resolve().parents[2] / "inputs" / str(dongchuan.YEAR)
DECISIONS = INBOX / "decisions" / "办理意见表.xlsx"
Grid = dict[str, list[tuple[object, ...]]]


def grid(data: bytes) -> Grid:
    """Return every value of a workbook; formulas as they are written."""
    book = load_workbook(BytesIO(data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def sample(version: int) -> Path:
    """Return where a version of the sample lies."""
    return INBOX / COUNTY / dongchuan.name_of(version)


def sha256_of(version: int) -> str:
    """Return the fingerprint of a version of the sample as it lies in inputs/."""
    return hashlib.sha256(sample(version).read_bytes()).hexdigest()


@pytest.mark.parametrize("version", [1, 2])
def test_submission_is_as_built(version: int) -> None:
    """Each version holds, value by value, what the builder makes from the plan."""
    assert grid(sample(version).read_bytes()) == grid(dongchuan.submission(version).bytes())


def test_decisions_are_as_built() -> None:
    """The review workbook holds what the builder makes for the second version as it lies in inputs/."""
    built = Draft({"办理意见": dongchuan.decisions(sha256_of(2))}).bytes()
    assert grid(DECISIONS.read_bytes()) == grid(built)


def test_decisions_name_the_second_version() -> None:
    """County, city and province decide on the bytes of the second version, in this order."""
    rows = read_decisions(DECISIONS.read_bytes(), open_library().get_messages())
    assert not isinstance(rows, Refusal)
    assert [row.proposal.level for row in rows] == ["县级", "市级", "省级"]
    assert {(row.proposal.version, row.proposal.sha256) for row in rows} == {(2, sha256_of(2))}


def test_inbox_holds_nothing_else() -> None:
    """The folder of the year holds the sample's files and the roster, no more."""
    files = {path.relative_to(INBOX).as_posix() for path in INBOX.rglob("*") if path.is_file()}
    submissions = {f"{COUNTY}/{dongchuan.name_of(version)}" for version in (1, 2)}
    assert files == {"roster.yaml", "decisions/办理意见表.xlsx", *submissions}


def test_versions_differ_in_the_numbering_only() -> None:
    """The second version puts right the row numbers of annex 3; the cover says so by version and date."""
    first, second = grid(sample(1).read_bytes()), grid(sample(2).read_bytes())
    assert {name for name in first if first[name] != second[name]} == {"封面", SHEET_3}
    for item, other in zip(first[SHEET_3], second[SHEET_3], strict=True):
        assert item[1:] == other[1:]
    assert [row[0] for row in first[SHEET_3][4:13]] == [1, 2, 3, 4, 6, 7, 8, 8, 9]
    assert [row[0] for row in second[SHEET_3][4:13]] == list(range(1, 10))


def test_every_figure_is_typed() -> None:
    """The samples hold no formula, totals included."""
    for version in (1, 2):
        cells = [value for rows in grid(sample(version).read_bytes()).values() for row in rows for value in row]
        assert not [value for value in cells if isinstance(value, str) and value.startswith("=")]


def test_tables_are_laid_out_as_issued() -> None:
    """Both annexes state their unit once, and head their last column in two ways, as the plan does."""
    book = grid(sample(1).read_bytes())
    for name, last in ((SHEET_2, "总计"), (SHEET_3, "合计")):
        assert book[name][2][0] == "（单位：亩）"
        assert book[name][3] == ("序号", "乡镇（街道）", "2024年", "2025年", "2026年", last)
        assert book[name][13][0] == "总计"


def test_completed_figures_are_marked_as_samples() -> None:
    """Nobody takes the completed figures for reported ones: sheet, title and note say that they are samples."""
    rows = grid(sample(2).read_bytes())[SHEET_DONE]
    assert "示例" in SHEET_DONE
    assert "示例" in str(rows[0][0])
    assert "示例" in str(rows[-1][0])


def test_roster_names_titles_not_people() -> None:
    """The roster has the county due, the deadlines, and one officer a level, by title."""
    roster = parse_roster(load_yaml(INBOX / "roster.yaml"))
    assert [county.code for county in roster.due_counties] == [COUNTY]
    assert roster.deadlines["county"] == date(2025, 1, 31)
    assert [officer.level for officer in roster.officers] == ["county", "city", "province"]
    assert all(officer.title.startswith(("县级", "市级", "省级")) for officer in roster.officers)
