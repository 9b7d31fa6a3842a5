"""Any single wrong figure of the two annex tables is found: one finding, at the cell that is wrong."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from checks.model.finding import Refusal, Severity
from checks.model.raw_workbook import RawSheet, RawWorkbook
from checks.model.report import ValidationReport
from checks.validation import validate_workbook
from tests.builders.dongchuan import SHEET_2, SHEET_3, submission
from tests.builders.examined import report_of, warm_library, wording
from workbooks.reader.read_workbook import read_workbook

SHIFTS = (1, -1, 100, -100)
ROWS, COLUMNS = range(5, 15), "CDEF"  # nine townships and the total row; three years and their sum


@pytest.fixture(scope="module")
def sound() -> RawWorkbook:
    """Read the sound second version once."""
    book = read_workbook(submission(2).bytes(), wording())
    assert not isinstance(book, Refusal)
    return book


def errors(sheet: str) -> Iterator[tuple[str, int, int]]:
    """Give every cell of a table, with the figure that stands there and a wrong one."""
    draft = submission(2)
    for row in ROWS:
        for column in COLUMNS:
            seen = draft.get(sheet, f"{column}{row}")
            assert isinstance(seen, int)
            yield from ((f"{column}{row}", seen, seen + shift) for shift in SHIFTS if seen + shift >= 0)


def altered(book: RawWorkbook, name: str, address: str, value: int) -> RawWorkbook:
    """Return the book with one figure changed, nothing written."""
    column, row = address[0], int(address[1:])

    def alter(sheet: RawSheet) -> RawSheet:
        texts = sheet.text[column].to_list()
        texts[row - 1] = str(value)
        return replace(sheet, text=sheet.text.with_columns(pl.Series(column, texts)))

    return RawWorkbook(tuple(alter(sheet) if sheet.name == name else sheet for sheet in book.sheets))


def assert_found(result: ValidationReport | Refusal, sheet: str, address: str, seen: int, wrong: int) -> None:
    """Hold a report to the one finding that names the changed cell and what it was."""
    assert isinstance(result, ValidationReport)
    place = f"{sheet}!{address}: {seen} → {wrong}"
    assert len(result.findings) == 1, place
    found = result.findings[0]
    assert found.severity is Severity.HARD, place
    assert (found.sheet, found.cell) == (sheet, address), place
    assert address in {cell.address for cell in found.cells if cell.sheet == sheet}, place
    assert (found.value, found.expected, found.difference) == (str(wrong), str(seen), str(wrong - seen)), place
    assert address in found.message + found.remedy, place
    best = found.repairs[0]
    assert [(step.cell.address, step.before, step.after) for step in best] == [(address, str(wrong), str(seen))], place


@pytest.mark.parametrize("sheet", [SHEET_2, SHEET_3])
def test_every_single_wrong_figure_is_one_finding_at_its_cell(sound: RawWorkbook, sheet: str) -> None:
    """Each figure changed by 1 or by 100 mu, up or down, gives one hard finding at that cell with what it was."""
    tried = list(errors(sheet))

    for address, seen, wrong in tried:
        result = validate_workbook(altered(sound, sheet, address, wrong), warm_library(), wording())
        assert_found(result, sheet, address, seen, wrong)

    assert len(tried) > len(ROWS) * len(COLUMNS) * 3


def test_the_sound_book_has_no_finding(sound: RawWorkbook) -> None:
    """What the walk starts from is accepted: a finding is the changed figure's alone."""
    result = validate_workbook(sound, warm_library(), wording())

    assert isinstance(result, ValidationReport)
    assert result.findings == ()


@pytest.mark.parametrize(
    ("sheet", "address", "shift"),
    [
        (SHEET_2, "C5", 1),
        (SHEET_2, "F13", -100),
        (SHEET_2, "D14", 100),
        (SHEET_2, "F14", -1),
        (SHEET_3, "C6", -1),
        (SHEET_3, "E12", 100),
        (SHEET_3, "F14", 100),
        (SHEET_3, "C5", 1),
    ],
)
def test_a_wrong_figure_in_a_file_is_found_as_in_memory(tmp_path: Path, sheet: str, address: str, shift: int) -> None:
    """A figure changed in a real file, written and read back, gives the same one finding."""
    draft = submission(2)
    seen = draft.get(sheet, address)
    assert isinstance(seen, int)

    path = draft.put(sheet, address, seen + shift).save(tmp_path / "东川 报表.xlsx")

    assert_found(report_of(path.read_bytes()), sheet, address, seen, seen + shift)
