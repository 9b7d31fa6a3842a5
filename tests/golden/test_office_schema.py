"""Every workbook that is written holds to the schema of the format: a spreadsheet program opens it without repair."""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from desk.commands.template import make_template
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from tests.builders.dongchuan import submission
from tests.builders.foreign_workbooks import (
    ABSOLUTE_PATH,
    BARE,
    REVISION,
    full_workbook,
    marked_full,
    modern_workbook,
    with_single_quotes,
    with_workbook_markup,
    without_rels_default,
    zipped,
)
from tests.builders.injected import inject_sheets
from tests.builders.marked_workbooks import WORDS, finding, plan_table
from tests.builders.odd_shapes import NAMED, ODD_SHAPES, TASKS
from tests.builders.schema_faults import faults_of
from tests.builders.year import Ground, prepared
from workbooks.marking.mark_workbook import mark_workbook

Damage = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Carry the sample year through to its filing."""
    ground = prepared(tmp_path_factory.mktemp("书") / "全年")
    assert ground.run() is ExitCode.CLEAR
    return ground


def test_every_workbook_of_a_year_is_valid(filed: Ground) -> None:
    """Filing, review, board and marked workbooks alike."""
    written = sorted(filed.places.output_folder.rglob("*.xlsx"))
    assert {"returned", "review", "status"} <= {part for book in written for part in book.parts}
    assert {book.name: faults_of(book) for book in written} == {book.name: [] for book in written}


def test_template_is_valid(tmp_path: Path) -> None:
    """The full set of forms, with its lists and locks; openpyxl writes texts in the cells, which the format allows."""
    places = YearPaths(year=2024, input_folder=tmp_path, output_folder=tmp_path, state_folder=tmp_path / "state")
    assert make_template(places, "620102", rows=5, out=tmp_path) is ExitCode.CLEAR
    (path,) = tmp_path.glob("*.xlsx")
    assert [fault for fault in faults_of(path) if "shared strings" not in fault] == []


def test_marked_file_with_pictures_charts_and_comments_is_valid(tmp_path: Path) -> None:
    """What a county's file holds besides its figures stays in order around what is added."""
    path = tmp_path / "全.xlsx"
    path.write_bytes(marked_full())
    assert faults_of(path) == []


@pytest.mark.parametrize(
    ("before", "markup"),
    [
        ("<bookViews>", ABSOLUTE_PATH),
        ("<bookViews>", ABSOLUTE_PATH + REVISION),
        ("<sheets>", ABSOLUTE_PATH),
        ("<calcPr", '<functionGroups builtInGroupCount="19"/>'),
        ("</workbook>", "<fileRecoveryPr/>"),
        ("</workbook>", ABSOLUTE_PATH),
        ("<sheets>", "<!-- 清单 -->"),
    ],
    ids=["path", "path and revision", "path before the sheets", "groups", "recovery", "path at the end", "comment"],
)
@pytest.mark.parametrize("book", [plan_table, full_workbook], ids=["plain", "full"])
def test_marked_file_is_valid_whatever_stands_in_its_workbook_part(
    tmp_path: Path, book: Callable[[], bytes], before: str, markup: str
) -> None:
    """What the marked copy adds to workbook.xml comes where the schema wants it; the copy adds no fault."""
    source, marked = tmp_path / "原.xlsx", tmp_path / "标.xlsx"
    source.write_bytes(with_workbook_markup(book(), before, markup))
    marked.write_bytes(mark_workbook(source.read_bytes(), [finding("任务表", "B2")], WORDS))
    assert set(faults_of(marked)) <= set(faults_of(source))


@pytest.mark.parametrize("book", [plan_table, full_workbook, modern_workbook], ids=["plain", "full", "modern"])
@pytest.mark.parametrize("quotes", [bytes, with_single_quotes], ids=["double quotes", "single quotes"])
def test_marking_adds_no_fault_to_files_of_other_programs(
    tmp_path: Path, book: Callable[[], bytes], quotes: Callable[[bytes], bytes]
) -> None:
    """The sample's sheets are put behind those of another workbook, and its own sheet is marked as well."""
    source, marked = tmp_path / "原.xlsx", tmp_path / "标.xlsx"
    source.write_bytes(quotes(inject_sheets(book(), submission(2).sheets)))
    findings = [finding("任务表", "A2"), finding("任务表", "Z9"), finding("附件2", "C6")]
    marked.write_bytes(mark_workbook(source.read_bytes(), findings, WORDS))
    assert {fault for fault in faults_of(marked) if "inline-string" not in fault} <= set(faults_of(source))
    assert len(ZipFile(marked).namelist()) > len(ZipFile(source).namelist())


@pytest.mark.parametrize("shape", ODD_SHAPES)
def test_marked_copies_of_odd_shapes_are_valid(tmp_path: Path, shape: str) -> None:
    """Nothing that stood around the table is lost or out of order; both copies are without fault."""
    source, marked = tmp_path / "原.xlsx", tmp_path / "标.xlsx"
    source.write_bytes(ODD_SHAPES[shape]())
    name = NAMED if shape == "names and print areas" else TASKS
    findings = [finding(name, "A2"), finding(name, "A3"), finding(name, "B9")]
    marked.write_bytes(mark_workbook(source.read_bytes(), findings, WORDS))
    assert (faults_of(source), faults_of(marked)) == ([], [])
    assert set(ZipFile(source).namelist()) <= set(ZipFile(marked).namelist())
    with ZipFile(marked) as archive:
        comments = [archive.read(part) for part in archive.namelist() if part.startswith("xl/comments")]
    assert b'ref="B9"' in b"".join(comments)


@pytest.mark.parametrize("book", [plan_table, full_workbook], ids=["plain", "full"])
def test_every_added_part_has_its_type(tmp_path: Path, book: Callable[[], bytes]) -> None:
    """A file that types its relationships one by one gets a type for those that are added."""
    path = tmp_path / "标.xlsx"
    path.write_bytes(mark_workbook(without_rels_default(book()), [finding("任务表", "B2")], WORDS))
    assert faults_of(path) == []


def test_marking_a_bare_file_adds_no_fault(tmp_path: Path) -> None:
    """A file that another program wrote to the letter of the format, with prefixes, without styles and theme."""
    path = tmp_path / "简.xlsx"
    path.write_bytes(mark_workbook(zipped(BARE), [finding("表", "A1")], WORDS))
    assert [fault for fault in faults_of(path) if "/theme'" not in fault and "shared strings" not in fault] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda sheet: re.sub(rb"(<sheetData.*</sheetData>)", rb"<mergeCells/>\1", sheet, flags=re.DOTALL),
        lambda sheet: sheet.replace(b"<sheetData>", b"<strange/><sheetData>"),
        lambda sheet: re.sub(rb' s="\d+"', b' s="9999"', sheet, count=1),
        lambda sheet: sheet.replace(b"</worksheet>", b'<drawing r:id="rId99"/></worksheet>'),
        lambda sheet: re.sub(rb' t="[a-zA-Z]+"', b' t="word"', sheet, count=1),
    ],
    ids=["order", "strange element", "missing style", "missing drawing", "unknown type"],
)
def test_damage_is_seen(tmp_path: Path, damage: Damage) -> None:
    """The validation can fail: each way of breaking a sheet is found."""
    path = tmp_path / "坏.xlsx"
    (tmp_path / "好.xlsx").write_bytes(mark_workbook(plan_table(), [finding("任务表", "B2")], WORDS))
    assert faults_of(tmp_path / "好.xlsx") == []
    with ZipFile(tmp_path / "好.xlsx") as source, ZipFile(path, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, damage(part) if name == "xl/worksheets/sheet1.xml" else part)
    assert faults_of(path)
