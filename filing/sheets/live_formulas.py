"""Live figures: the formulas of sums and rates, and the column letters that they refer to."""

from decimal import Decimal

from checks.model.cell_ref import column_letters
from filing.book.cell_builders import build_figure_cell
from filing.book.workbook_model import Cell, CellStyle

_PERCENT_STYLES = {
    CellStyle.FIGURE: CellStyle.PERCENT,
    CellStyle.TOTAL_FIGURE: CellStyle.TOTAL_PERCENT,
}


def list_column_letters(first_column: int, count: int) -> list[str]:
    """Return the letters of *count* columns from *first_column* (1-based) on."""
    return list(map(column_letters, range(first_column, first_column + count)))


def build_range_sum(letter: str, rows: tuple[int, int]) -> str:
    """Return the formula that sums a column from the first to the last of *rows*."""
    return f"=SUM({letter}{rows[0]}:{letter}{rows[1]})"


def build_rate_formula(planned_cell: str, done_cell: str, placeholder: str) -> str:
    """Return the formula of the share that was done, or of *placeholder* if there is no target or no amount done.

    The sheet rounds to 0.01 % itself, so that what is printed is what every program computes.
    """
    quoted = placeholder.replace('"', '""')
    return f'=IF(OR({planned_cell}=0,{done_cell}=""),"{quoted}",ROUND({done_cell}/{planned_cell},4))'


def build_rate_cell(rate: Decimal | None, figure_style: CellStyle, *, formula: str, placeholder: str) -> Cell:
    """Return the live cell of a rate beside figures of *figure_style*; an unknown rate shows *placeholder*."""
    return Cell(placeholder if rate is None else rate, _PERCENT_STYLES[figure_style], formula=formula)


def build_live_cell(amount: Decimal | None, style: CellStyle, *, decimals: int, formula: str | None) -> Cell:
    """Return the cell of a figure with its formula; an unknown amount has none, because a formula would show 0."""
    if amount is None:
        formula = None
    return build_figure_cell(amount, style, decimals=decimals, formula=formula)
