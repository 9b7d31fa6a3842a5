"""An old Office document is named by what it is, not by what is embedded in it."""

import pytest

from tests.builders.compound_files import compound_file
from workbooks.gate.compound_file import detect_compound_kind
from workbooks.gate.file_type import open_container
from workbooks.gate.intake_fault import IntakeError

CASES = {
    "old workbook": (compound_file(["Workbook", "\5SummaryInformation"]), "xls"),
    "older workbook": (compound_file(["Book"]), "xls"),
    "workbook with a Word document": (compound_file(["Workbook"], ["WordDocument"]), "xls"),
    "workbook with a locked workbook": (compound_file(["Workbook"], ["EncryptedPackage"]), "xls"),
    "Word": (compound_file(["1Table", "WordDocument"]), "word"),
    "Word with a workbook": (compound_file(["1Table", "WordDocument"], ["Workbook"]), "word"),
    "slides": (compound_file(["PowerPoint Document", "Current User"]), "slides"),
    "something else": (compound_file(["Properties"]), None),
    "nothing": (compound_file([]), None),
}


@pytest.mark.parametrize("case", CASES)
def test_document_is_named_by_its_own_streams(case: str) -> None:
    """The streams at the top say what a file is."""
    data, kind = CASES[case]
    assert detect_compound_kind(data) == kind
    with pytest.raises(IntakeError) as caught:
        open_container(data)
    assert (caught.value.fault.code, caught.value.fault.facts) == ("not_workbook", {"kind": kind or "unknown"})


def test_locked_workbook_is_said_to_be_locked() -> None:
    """A workbook with a password is a compound file around the encrypted one."""
    with pytest.raises(IntakeError) as caught:
        open_container(compound_file(["EncryptionInfo", "EncryptedPackage"]))
    assert caught.value.fault.code == "encrypted"


def test_damaged_directory_is_survived() -> None:
    """However the file is cut or its bytes are turned, there is an answer."""
    data = CASES["workbook with a Word document"][0]
    for end in range(0, len(data), 7):
        detect_compound_kind(data[:end])
    for offset in range(8, len(data), 3):
        detect_compound_kind(data[:offset] + b"\xff\x01" + data[offset + 2 :])
