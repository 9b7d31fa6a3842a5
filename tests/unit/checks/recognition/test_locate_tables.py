"""Tables are found where people put them: several header rows, numbering, pages, parts, dashes and units."""

from collections.abc import Callable

import polars as pl
import pytest

from checks.model.finding import Severity
from checks.model.raw_workbook import RawSheet
from checks.model.report import ValidationReport
from checks.recognition.header_rows import KnownHeadings, find_header_row, read_header_block
from contracts.contract_library import ContractLibrary, open_library
from tests.builders.dongchuan import SHEET_2, SHEET_3, Draft, Rows, submission
from tests.builders.plain import plain, plain_bytes
from workbooks.examine import validate_file


@pytest.fixture(scope="module")
def library() -> ContractLibrary:
    """The contracts, read once."""
    return open_library()


def _report(draft: Draft, library: ContractLibrary) -> ValidationReport:
    result = validate_file(plain(draft), library, library.get_messages())
    assert isinstance(result, ValidationReport), result
    return result


def _changed(change: Callable[[Rows], Rows]) -> Draft:
    draft = submission(2)
    draft.sheets[SHEET_3] = change(draft.sheets[SHEET_3])
    return draft


def _blank(text: str | None = None) -> list[str | None]:
    return [text, *[None] * 5]


LAYOUTS: dict[str, Callable[[Rows], Rows]] = {
    "numbering row": lambda rows: [*rows[:4], ["1", "2", "3", "4", "5", "6"], *rows[4:]],
    "numbered columns": lambda rows: [*rows[:4], [f"{n}栏" for n in range(1, 7)], *rows[4:]],
    "numbering with names": lambda rows: [*rows[:4], ["甲", "乙", 1, 2, 3, 4], *rows[4:]],
    "two header rows": lambda rows: [
        *rows[:3],
        ["序号", "乡镇（街道）", "年度任务", None, None, "合计"],
        [None, None, *rows[3][2:5], None],
        *rows[4:],
    ],
    "total on top": lambda rows: [*rows[:4], rows[-1], *rows[4:-1]],
    "page break": lambda rows: [*rows[:9], _blank("附件3（续）"), _blank("（单位：亩）"), rows[3], *rows[9:]],
    "blank rows inside": lambda rows: [*rows[:9], *[_blank() for _ in range(200)], *rows[9:]],
    "part row": lambda rows: [*rows[:5], [None, "其中：集镇", 20, 0, 0, 20], *rows[5:]],
    "subtotal": lambda rows: [*rows[:6], ["小计", None, 200, 80, 0, 280], *rows[6:]],
    "notes below": lambda rows: [
        *rows,
        _blank(),
        _blank("注：本表数字为任务数。"),
        _blank("填表人：张三　审核人：李四"),
    ],
    "dash for zero": lambda rows: [
        [("—" if value == 0 and column > 1 else value) for column, value in enumerate(row)] for row in rows
    ],
    "units and spaces": lambda rows: [
        [f" {value} 亩" if isinstance(value, int) and column > 1 else value for column, value in enumerate(row)]
        for row in rows
    ],
}


@pytest.mark.hostile(58, 59, 61)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_table_is_read_where_people_put_it(layout: str, library: ContractLibrary) -> None:
    """The layouts that counties use change nothing about what is found."""
    report = _report(_changed(LAYOUTS[layout]), library)
    assert [finding for finding in report.findings if finding.severity is not Severity.REPORT] == []


def test_blank_is_never_a_zero(library: ContractLibrary) -> None:
    """A blank where a figure is required is found at its cell, a dash is not."""
    report = _report(submission(2).put(SHEET_3, "D5", None), library)
    assert [(finding.rule, finding.cell) for finding in report.findings if finding.severity is Severity.HARD] == [
        ("F04", "D5")
    ]


def test_every_dash_is_listed(library: ContractLibrary) -> None:
    """A dash that is read as 0 is listed for the steward with its cell."""
    report = _report(submission(2).put(SHEET_3, "D5", "—"), library)
    assert [(finding.rule, finding.cell, finding.severity) for finding in report.findings] == [
        ("F05", "D5", Severity.REPORT)
    ]


def test_hidden_sheet_is_read_and_reported(library: ContractLibrary) -> None:
    """A form on a hidden sheet counts, and the steward is asked to explain."""
    data = plain_bytes(submission(2).sheets, hidden=(SHEET_3,))
    result = validate_file(data, library, library.get_messages())
    assert isinstance(result, ValidationReport)
    assert [(finding.rule, finding.sheet, finding.severity) for finding in result.findings] == [
        ("F08", SHEET_3, Severity.SOFT)
    ]


def _on_one_sheet(rows_between: int) -> Draft:
    """Annex 2 and annex 3 one below the other on the sheet of annex 2."""
    draft = submission(2)
    below = draft.sheets.pop(SHEET_3)
    draft.sheets[SHEET_2] += [*[_blank() for _ in range(rows_between)], *below]
    return draft


@pytest.mark.parametrize("rows_between", [0, 2, 100])
def test_two_tables_on_one_sheet_are_two_tables(rows_between: int, library: ContractLibrary) -> None:
    """One below the other, each under its title: both are read whole, and each cell keeps its address."""
    both = _report(_on_one_sheet(rows_between), library)
    assert [finding for finding in both.findings if finding.severity is not Severity.REPORT] == []
    assert len(both.figures) == len(_report(submission(2), library).figures)
    row = 14 + rows_between + 6
    wrong = _report(_on_one_sheet(rows_between).put(SHEET_2, f"C{row}", "无"), library)
    assert [(finding.rule, finding.sheet, finding.cell) for finding in wrong.findings] == [("F04", SHEET_2, f"C{row}")]
    assert wrong.findings[0].logical_location is not None
    assert wrong.findings[0].logical_location.form == "linkage_tasks"


HEADINGS = {
    "parents over their leaves": (
        [["序号", "乡镇（街道）", "年初", None, "年末"], [None, None, "耕地面积", "建设用地", "耕地面积"]],
        (((1, 1), (2, 1)), ((1, 2), (2, 2)), ((1, 3), (1, 4))),
        {"serial": 1, "township": 2, "farm_begin": 3, "cons_begin": 4, "farm_end": 5},
    ),
    "three rows": (
        [
            ["序号", "乡镇（街道）", "耕地", None, None, None],
            [None, None, "本年新增耕地", "其中", None, "年末耕地面积"],
            [None, None, None, "水田", "旱地", None],
        ],
        (((1, 3), (1, 6)), ((2, 4), (2, 5)), ((2, 3), (3, 3)), ((2, 6), (3, 6))),
        {"serial": 1, "township": 2, "farm_new": 3, "paddy": 4, "dry": 5, "farm_end": 6},
    ),
}


@pytest.mark.parametrize("name", HEADINGS)
def test_leaf_headings_are_read_with_the_words_above(name: str, library: ContractLibrary) -> None:
    """A heading that says nothing alone is read with the headings that span it."""
    package = library.find_package("620123", 2024)
    assert package is not None
    form = next(form for form in library.compile_submission(package, 2024).forms if "核算汇总表" in form.title)
    rows, merges, columns = HEADINGS[name]
    text = pl.DataFrame(rows, schema=[*"ABCDEF"[: len(rows[0])]], orient="row")
    sheet = RawSheet(name="表", visible=True, text=text, kinds=text.select(pl.all().is_not_null()), merges=merges)
    top = read_header_block(sheet)
    known = [KnownHeadings.from_form(form).match_columns(heading) for heading in top.headings]
    at = find_header_row([len(item) for item in known])
    assert at == len(rows) - 1
    assert {field: column for column, field in known[at].items()} == columns


TOTALS = ("共计", "全区合计", "全县", "东川区", "总数", "合计：", "合计（亩）", "總計", "Total", "各乡镇合计", "计")


@pytest.mark.hostile(59)
@pytest.mark.parametrize("name", TOTALS)
def test_total_row_is_known_under_any_name_that_says_all(name: str, library: ContractLibrary) -> None:
    """However a county calls the sum of everything, it is the total and no township."""
    report = _report(_changed(lambda rows: [*rows[:-1], [name, *rows[-1][1:]]]), library)
    assert report.findings == ()


@pytest.mark.hostile(59)
@pytest.mark.parametrize("name", ["北部小计", "坝区合计", "城区分计", "片区小计："])
def test_sum_of_some_rows_is_not_added_again(name: str, library: ContractLibrary) -> None:
    """A subtotal with a name of its own counts nothing."""
    some = [None, name, 50 + 150, 80, 0, 280]
    assert _report(_changed(lambda rows: [*rows[:6], some, *rows[6:]]), library).findings == ()


def _beside(left: Rows, right: Rows, *, gap: int = 1, down: int = 0) -> Rows:
    """Put a table beside another, *gap* columns apart and some rows further down."""
    width, height = len(left[0]), max(len(left), len(right) + down)
    rows = [[*(left[at] if at < len(left) else [None] * width), *[None] * gap] for at in range(height)]
    for at, row in enumerate(rows):
        row.extend(right[at - down] if 0 <= at - down < len(right) else [None] * len(right[0]))
    return rows


@pytest.mark.parametrize(("gap", "down"), [(1, 0), (0, 0), (3, 4), (2, 30)])
def test_tables_side_by_side_are_told_apart(gap: int, down: int, library: ContractLibrary) -> None:
    """Two tables on one sheet, the one beside the other, are both read, each cell at its place."""
    draft = submission(2)
    right = draft.sheets.pop(SHEET_3)
    right[6][2] = "51"  # the third township's, typed as text
    draft.sheets = {**draft.sheets, SHEET_2: _beside(draft.sheets[SHEET_2], right, gap=gap, down=down)}
    cell = f"{'ABCDEFGHIJKL'[6 + gap + 2]}{7 + down}" if gap < 4 else ""
    told = {(finding.rule, finding.sheet, finding.cell) for finding in _report(draft, library).findings}
    assert ("T01", SHEET_2, cell) in told
    assert {sheet for _, sheet, _ in told} == {SHEET_2}
    assert all(rule not in ("F01", "F02", "C15", "X04") for rule, _, _ in told)


def test_table_in_two_halves_beside_each_other_is_one_finding(library: ContractLibrary) -> None:
    """Two equal headers side by side are ambiguous: one finding says so and how to correct it."""
    draft = submission(2)
    rows = draft.sheets[SHEET_3]
    left, right = rows[:9], [*[[None] * 6 for _ in range(3)], rows[3], *rows[9:]]
    draft.sheets[SHEET_3] = _beside(left, right)
    (found,) = _report(draft, library).findings
    assert (found.rule, found.severity, found.cell) == ("F02", Severity.HARD, "H4")
    assert "左右并排" in found.message
