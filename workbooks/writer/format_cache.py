"""The formats of a workbook that is being written: one for each combination of properties, not one for each cell."""

from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from filing.book.workbook_model import Cell, CellStyle
from workbooks.writer.cell_formats import choose_number_format, describe_format, has_link, needs_text_mark


@dataclass(frozen=True, slots=True)
class FormatCache:
    """The formats of one workbook, each created once and shared by the cells that have it."""

    workbook: Workbook
    formats: dict[tuple[CellStyle, str, bool, bool], Format]

    def get_format(self, cell: Cell) -> Format:
        """Return the format of *cell*."""
        key = (cell.style, choose_number_format(cell), needs_text_mark(cell), has_link(cell))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(describe_format(cell))
        return self.formats[key]
