"""Tables as they stand on a sheet, with the changed cell marked: the sound sample is changed in just that way.

The first line holds the letters of the columns shown, every further line a row by its number on the sheet. ``·`` is a
blank cell, ``9→8`` a cell that held 9 and holds 8, and a row number after ``-`` a row that is taken out. What a table
shows besides is what the sample holds: whoever reads the table sees the sheet.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from tests.builders.broken import valid_workbook

_FIGURE = re.compile(r"-?\d+(\.\d+)?")
_BLANK, _ARROW, _REMOVED = "·", "→", "-"


@dataclass(frozen=True, slots=True)
class ChangedTable:
    """A part of one sheet of a sound sample, with what is changed in it."""

    base: str
    sheet: str
    text: str

    def workbook(self) -> bytes:
        """Return the sample after the changes that the table marks."""
        book = load_workbook(BytesIO(valid_workbook(self.base)))
        page = book[self.sheet]
        removed = [row for line in self._rows() if (row := self._change_row(page, line)) is not None]
        for row in sorted(removed, reverse=True):
            page.delete_rows(row)
        buffer = BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def _columns(self) -> list[str]:
        return self.text.strip().splitlines()[0].split()

    def _rows(self) -> list[list[str]]:
        return [line.split() for line in self.text.strip().splitlines()[1:]]

    def _change_row(self, page: Any, line: list[str]) -> int | None:
        """Change the marked cells of a row; return its number where the whole row goes."""
        label, *texts = line
        row = int(label.removeprefix(_REMOVED))
        for column, text in zip(self._columns(), texts, strict=True):
            before, changed, after = text.partition(_ARROW)
            cell = page[f"{column}{row}"]
            assert _show(cell.value) == before, f"{self.sheet} {cell.coordinate} holds {_show(cell.value)}"
            if changed:
                cell.value = _read(after, cell.value)
        return row if label.startswith(_REMOVED) else None


def _show(value: object) -> str:
    """Return a value as the table shows it."""
    if value is None:
        return _BLANK
    return f"{value:.10g}" if isinstance(value, int | float) else str(value)


def _read(text: str, before: object) -> object:
    """Return the value that a changed cell holds: a figure where a figure stood and one is written, or else a text."""
    if text == _BLANK:
        return None
    is_figure = isinstance(before, int | float) and _FIGURE.fullmatch(text)
    return float(text) if is_figure else text
