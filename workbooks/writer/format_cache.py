"""The formats of a workbook that is being written: as many as it has looks, not as many as it has cells."""

from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from filing.book.workbook_model import Cell, Look
from workbooks.writer.cell_formats import choose_number_format, describe_format, leads, needs_text_mark


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """The formats of one workbook, each made once however many cells wear it."""

    workbook: Workbook
    formats: dict[tuple[Look, str, bool, bool], Format]

    def dress(self, cell: Cell) -> Format:
        """Give the format in which *cell* is drawn."""
        key = (cell.look, choose_number_format(cell), needs_text_mark(cell), leads(cell))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(describe_format(cell))
        return self.formats[key]
