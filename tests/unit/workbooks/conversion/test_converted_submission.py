"""A whole submission in another format gets the verdict that it gets as .xlsx, and goes back as a valid .xlsx."""

import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from checks.model.finding import Finding, Refusal
from checks.model.report import ValidationReport
from flows.intake.returned_files import MarkingContext, SubmittedFile, build_returned_files
from tests.builders.dongchuan import SHEET_2, submission
from tests.builders.examined import warm_library, wording
from tests.builders.old_formats import Sum, csv_file, needs_xlrd, ods_file, xls_file
from tests.builders.schema_faults import faults_of
from workbooks.conversion.convert_file import convert_file
from workbooks.examine import validate_file
from workbooks.gate.file_type import detect_convertible_form
from workbooks.gate.intake_fault import IntakeError

PROGRAM = shutil.which("soffice")
WRITERS = {"xls": xls_file, "ods": ods_file}
FORMS = [pytest.param("xls", marks=needs_xlrd), "ods"]


def report_on(data: bytes) -> ValidationReport:
    """Return the report on a file that is taken."""
    report = validate_file(data, warm_library(), wording())
    assert not isinstance(report, Refusal), report
    return report


def other_findings(data: bytes) -> list[tuple[str, str, str | None, str]]:
    """Return what is found besides that the file was converted."""
    findings: list[Finding] = [item for item in report_on(data).findings if item.rule != "F20"]
    return [(item.rule, item.sheet, item.cell, item.message) for item in findings]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("is_wrong", [False, True], ids=["right", "wrong"])
def test_verdict_is_that_on_the_xlsx(form: str, *, is_wrong: bool) -> None:
    """The same figures give the same findings at the same cells, and one notice about the format."""
    draft = submission(2)
    if is_wrong:
        draft.put(SHEET_2, "C6", 250)
    data = WRITERS[form](draft.sheets)
    assert other_findings(data) == other_findings(draft.bytes())
    assert bool(other_findings(data)) is is_wrong
    (notice,) = [item for item in report_on(data).findings if item.rule == "F20"]
    assert (notice.severity, notice.message.startswith("文件是")) == ("report", True)


@pytest.mark.parametrize("form", FORMS)
def test_county_gets_a_valid_xlsx_back(form: str, tmp_path: Path) -> None:
    """The marked copy is an .xlsx with the county's sheets behind the list; nothing of it asks for a repair."""
    data = WRITERS[form](submission(2).put(SHEET_2, "C6", 250).sheets)
    context = MarkingContext(warm_library(), wording())
    marked, _ = build_returned_files(context, SubmittedFile("报送." + form, "", data), report_on(data))
    again, _ = build_returned_files(context, SubmittedFile("报送." + form, "", data), report_on(data))
    assert marked == again
    path = tmp_path / "标注.xlsx"
    path.write_bytes(marked)
    assert faults_of(path) == []
    book = openpyxl.load_workbook(BytesIO(marked))
    assert book.sheetnames[0] == "问题清单"
    assert book[SHEET_2]["C6"].value == 250


@needs_xlrd
def test_total_formula_that_leaves_out_a_row_is_judged_in_an_xls_too() -> None:
    """No typed figure is proposed for change: the range of the sum is the cause."""
    draft = submission(2)
    whole = sum(float(str(draft.get(SHEET_2, f"C{row}"))) for row in range(5, 14))
    short = Sum(5, 12, whole - float(str(draft.get(SHEET_2, "C13"))))
    data = xls_file(draft.put(SHEET_2, "C14", short).sheets)
    messages = [item.message for item in report_on(data).findings if item.rule != "F20"]
    assert len(messages) == 1
    assert "C13" in messages[0] or "第13行" in messages[0]


def test_missing_library_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that this machine cannot convert is not called damaged."""
    monkeypatch.setitem(sys.modules, "xlrd", None)
    for name in ("xls_reader", "xls_formats", "xls_records"):
        monkeypatch.delitem(sys.modules, f"workbooks.conversion.{name}", raising=False)
    with pytest.raises(IntakeError) as caught:
        convert_file(xls_file(submission(2).sheets), "xls")
    assert caught.value.fault.code == "converter_missing"
    assert caught.value.fault.facts["library"] == "xlrd"


def test_single_table_names_itself_and_what_is_missing() -> None:
    """A county's folder tells which forms are due."""
    rows = submission(2).sheets[SHEET_2]
    refusal = validate_file(csv_file(rows), warm_library(), wording(), expected=("530113", 2024))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "single_table"
    assert "土地整理" in refusal.message
    assert "《封面》" in refusal.remedy
    assert "增减挂钩" in refusal.remedy
    unknown = validate_file(csv_file([["a", "b"], [1, 2]]), warm_library(), wording())
    assert isinstance(unknown, Refusal)
    assert unknown.code == "single_table_unknown"


def test_all_tables_in_one_text_are_taken() -> None:
    """The cover and the tables one below the other are a whole submission."""
    rows = [row for sheet in submission(2).sheets.values() for row in [*sheet, [None]]]
    assert other_findings(csv_file(rows)) == []


def test_form_is_told_by_the_content_not_by_the_name() -> None:
    """No name is asked: the bytes say what a file is."""
    draft = submission(2)
    assert detect_convertible_form(xls_file(draft.sheets)) == "xls"
    assert detect_convertible_form(ods_file(draft.sheets)) == "ods"
    assert detect_convertible_form(draft.bytes()) is None
    assert detect_convertible_form(xls_file(draft.sheets)[1024:]) == "xls"


@pytest.mark.slow
@needs_xlrd
@pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed")
def test_files_that_libreoffice_writes_are_taken(tmp_path: Path) -> None:
    """A real program's file, with its own styles and tables, has no finding but the notice."""
    source = submission(2).save(tmp_path / "报送.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for form in WRITERS:
        command = [str(PROGRAM), "--headless", profile, "--convert-to", form, "--outdir", str(tmp_path), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        assert other_findings((tmp_path / f"报送.{form}").read_bytes()) == []
