"""A workbook in another format as read: sheets with cells, before it is written as .xlsx."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from checks.model.cell_ref import format_address
from workbooks.gate.intake_fault import intake_error

# Of all sheets together: reading, writing and checking them stays within the limits of one file.
MAX_CELLS: Final = 500_000
MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
MAX_MERGES: Final = 100_000
_MAX_TEXT_LENGTH: Final = 32_767

CellValue = float | int | str | bool | datetime
Span = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error such as #REF! in a cell."""

    text: str


@dataclass(frozen=True, slots=True)
class ConvertedCell:
    """A filled cell: its value, its formula (empty if it has none or if it is not kept), and the number of its format.

    The value of a formula is the result that the file stores. A blank cell with a format has the value None.
    """

    value: CellValue | ErrorValue | None
    formula: str = ""
    format_id: int = 0


@dataclass(slots=True)
class ConvertedSheet:
    """A sheet being read. Rows and columns count from 0; *merges* are first row, first column, last row, last column.

    *widths* are those of columns, in characters. *state* is ``visible``, ``hidden`` or ``veryHidden``.
    """

    name: str
    state: str = "visible"
    cells: dict[tuple[int, int], ConvertedCell] = field(default_factory=dict)
    merges: list[Span] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)

    @property
    def last_position(self) -> tuple[int, int]:
        """The last row and the last column with a cell, -1 if there is none."""
        last_row, last_column = -1, -1
        for row, column in self.cells:
            last_row, last_column = max(last_row, row), max(last_column, column)
        return last_row, last_column

    def add_cell(self, row: int, column: int, cell: ConvertedCell) -> None:
        """Add a cell; raise IntakeError if no sheet has it, if there are too many, or if its text is too long."""
        if row >= MAX_ROWS or column >= MAX_COLUMNS or len(self.cells) >= MAX_CELLS:
            raise intake_error("sheet_too_large", sheet=self.name, cell=format_address(row + 1, column + 1))
        if isinstance(cell.value, str) and len(cell.value) > _MAX_TEXT_LENGTH:
            raise intake_error("text_too_long", sheet=self.name, cell=format_address(row + 1, column + 1))
        self.cells[row, column] = cell

    def add_merge(self, span: Span) -> None:
        """Add a merged range; raise IntakeError if there are too many."""
        if len(self.merges) >= MAX_MERGES:
            raise intake_error("too_many_merges", sheet=self.name, count=str(MAX_MERGES + 1), most=str(MAX_MERGES))
        self.merges.append(span)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedWorkbook:
    """A whole file: its sheets, the properties of each cell format by number, and the cells whose formula is not kept.

    *lost_formulas* are addresses such as ``附件2!C13``. *cell_formats* are properties as XlsxWriter names them.
    *foreign_content* names macros and embedded documents, as `find_foreign_content` does.
    """

    sheets: Sequence[ConvertedSheet]
    cell_formats: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    lost_formulas: Sequence[str] = ()
    foreign_content: Mapping[str, list[str]] = field(default_factory=dict)
    uses_1904_dates: bool = False
