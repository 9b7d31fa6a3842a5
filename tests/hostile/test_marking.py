"""Hostile parts around marking: each file is refused with a true message, or goes back with its findings marked."""

from random import Random

import pytest
from lxml import etree

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from flows.intake.returned_files import MarkingContext, SubmittedFile, build_returned_files
from tests.builders.examined import reads_well, warm_library, wording
from tests.builders.marked_workbooks import parts
from tests.hostile.generator.case import Case, Due
from tests.hostile.generator.commented import WRONG_CELL, commented
from tests.hostile.generator.marking_cases import CASES as PARTS
from tests.hostile.generator.marking_sheet_cases import CASES as SHEETS
from tests.hostile.generator.package import SHEET
from workbooks.examine import validate_file
from workbooks.ooxml import comments
from workbooks.ooxml.relationships import find_related_part
from workbooks.ooxml.zip_package import ZipPackage

_SEED = 20_241_231
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_HARD_FILL = "FFFFC7CE"
CASES = (*PARTS, *SHEETS)


def _validate(case: Case, *, is_only_file: bool) -> tuple[bytes, ValidationReport | Refusal]:
    data = case.make(Random(_SEED))  # noqa: S311 - a test's filling
    return data, validate_file(data, warm_library(), wording(), is_only_file=is_only_file)


def _mark(data: bytes, report: ValidationReport) -> bytes:
    context = MarkingContext(warm_library(), wording())
    return build_returned_files(context, SubmittedFile("620102.xlsx", "0" * 64, data), report)[0]


@pytest.mark.parametrize("is_only_file", [True, False], ids=["here", "child"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_file_is_refused_or_goes_back_marked(case: Case, is_only_file: bool) -> None:  # noqa: FBT001 - a parameter
    """No part around marking ends the program: the file is refused, or its wrong cell is coloured and has a comment."""
    data, result = _validate(case, is_only_file=is_only_file)
    if isinstance(result, Refusal):
        assert case.due in (Due.REFUSE, Due.EITHER), result
        assert not case.codes or result.code in case.codes, result
        assert reads_well(result.message, result.remedy)
        return
    assert case.due is not Due.REFUSE, "the file was taken"
    assert WRONG_CELL in {finding.cell for finding in result.findings}
    marked = ZipPackage.load(_mark(data, result))
    assert _read_notice(marked) == ""
    assert _read_fill(marked) == _HARD_FILL
    assert wording().get_group("marks")["severity_hard"] in _read_comment(marked)
    assert marked.list_names() == sorted(set(marked.list_names()), key=marked.list_names().index)


def _read_notice(package: ZipPackage) -> str:
    """Return what the list of findings says of sheets that could not be marked."""
    marks = wording().get_group("marks")
    content = b"".join(package.get_part(name) for name in package.list_names() if "worksheets/sheet" in name)
    if marks["unmarked_workbook"].encode() in content:
        return marks["unmarked_workbook"]
    tail = marks["unmarked_sheets"].rpartition("}")[2]
    return tail if tail.encode() in content else ""


def _read_fill(package: ZipPackage) -> str:
    """Return the colour of the wrong cell, as a spreadsheet program finds it by style and fill."""
    sheet = etree.fromstring(package.get_part(SHEET))
    styles = etree.fromstring(package.get_part("xl/styles.xml"))
    cell = sheet.find(f".//{_MAIN}c[@r='{WRONG_CELL}']")
    style = styles.find(f"{_MAIN}cellXfs")[int(cell.get("s"))]
    fill = styles.find(f"{_MAIN}fills")[int(style.get("fillId"))]
    return str(fill.find(f"{_MAIN}patternFill/{_MAIN}fgColor").get("rgb"))


def _read_comment(package: ZipPackage) -> str:
    """Return the comment on the wrong cell, if the sheet shows it in a box."""
    part = find_related_part(package, SHEET, "comments")
    drawing = find_related_part(package, SHEET, "vmlDrawing")
    assert part is not None
    assert drawing is not None
    boxes = etree.fromstring(package.get_part(drawing)).findall(".//{*}ClientData")
    places = {(box.findtext("{*}Row"), box.findtext("{*}Column")) for box in boxes}
    assert ("5", "2") in places
    # Malformed comments may hold two for the cell.
    cell_comments = etree.fromstring(package.get_part(part)).findall(f".//{_MAIN}comment[@ref='{WRONG_CELL}']")
    return "".join("".join(comment.itertext()) for comment in cell_comments)


def test_sheet_that_cannot_be_marked_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list goes back within the workbook, names the sheet, and the sheet keeps its bytes."""
    data, result = _validate(_sound_case(), is_only_file=True)
    assert isinstance(result, ValidationReport)
    monkeypatch.setattr(comments, "_write_notes", _fail)
    marked = ZipPackage.load(_mark(data, result))
    assert "未能" in _read_notice(marked)
    untouched = parts(data)
    for name in (SHEET, "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"):
        assert marked.get_part(name) == untouched[name]


def test_workbook_that_cannot_be_changed_goes_back_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook with the lists alone goes back, and says why."""
    data, result = _validate(_sound_case(), is_only_file=True)
    assert isinstance(result, ValidationReport)
    with monkeypatch.context() as patch:
        patch.setattr("workbooks.marking.mark_workbook.remove_marks", _fail)
        marked = ZipPackage.load(_mark(data, result))
    assert _read_notice(marked) == wording().get_group("marks")["unmarked_workbook"]
    assert SHEET not in marked.list_names()
    assert find_related_part(marked, "xl/workbook.xml", "styles") == "xl/styles.xml"


def _sound_case() -> Case:
    return Case((99,), "sound", lambda _: commented().zipped(), Due.FLAG)


def _fail(*_: object) -> None:
    raise KeyError("no such part")


def test_notices_read_well() -> None:
    """What is said of a workbook without marks is a sentence."""
    marks = wording().get_group("marks")
    assert reads_well(marks["unmarked_workbook"], marks["unmarked_sheets"].format(sheets="附件3"))
