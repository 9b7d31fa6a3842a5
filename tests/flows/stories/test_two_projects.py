"""Story 5: two projects in one township, both changed in version 2: the reviewer sees both, and texts too."""

from io import BytesIO

import openpyxl
import pytest

from checks.model.finding import Refusal
from checks.versions.row_identity import build_form_snapshots
from checks.versions.version_diff import FormSnapshot, compare_forms
from contracts.contract_library import open_library
from review.changed_figures import find_changed_figures
from tests.builders.gansu import gansu_workbook
from workbooks.examine import validate_file
from workbooks.reader.read_workbook import read_workbook

TOWNSHIP, SHEET = "永宁镇", "核算汇总表"


@pytest.fixture(scope="module")
def versions() -> tuple[bytes, bytes]:
    """Return version 1, and version 2 in which both projects of one township and a text are changed."""
    first = gansu_workbook()
    book = openpyxl.load_workbook(BytesIO(first))
    sheet = book[SHEET]
    for cells in sheet.iter_rows(min_row=4):
        if cells[3].value == TOWNSHIP:
            cells[4].value = float(str(cells[4].value)) + 1
    book["项目清单"]["C4"].value = "另一个项目名称"
    buffer = BytesIO()
    book.save(buffer)
    return first, buffer.getvalue()


def snapshot(data: bytes) -> dict[str, FormSnapshot]:
    """Return the forms of a workbook."""
    library = open_library()
    workbook = read_workbook(data, library.get_messages())
    assert not isinstance(workbook, Refusal)
    return build_form_snapshots(workbook, library, library.get_messages())


def test_both_projects_are_told_by_cell(versions: tuple[bytes, bytes]) -> None:
    """Each project's row is named by project and township; a changed text is a change as well."""
    first, second = map(snapshot, versions)
    changes = compare_forms(first, second)
    townships = [change.row for change in changes if change.row.endswith(TOWNSHIP)]
    assert townships == [f"62082520240001 {TOWNSHIP}", f"62082520240002 {TOWNSHIP}"]
    assert "另一个项目名称" in [change.after for change in changes]


def test_a_decision_on_the_older_version_names_both(versions: tuple[bytes, bytes]) -> None:
    """The figures that a refused decision lists are keyed by project too."""
    library = open_library()
    reports = [validate_file(data, library, library.get_messages()) for data in versions]
    first, second = reports
    assert not isinstance(first, Refusal)
    assert not isinstance(second, Refusal)
    changed = [figure.location for figure in find_changed_figures(first, second) if figure.location.startswith(SHEET)]
    assert len(changed) == len(set(changed)) == 2
