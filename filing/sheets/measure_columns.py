"""The four columns of a measure in detail and roll-up: target, amount done, rate, target over all years."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_figure_cell, build_header_row, build_text_cell, compute_rate
from filing.book.workbook_model import Cell, CellStyle
from filing.context.accounts import AmountKey, AmountKind, FilingFigures
from filing.context.headings import list_headings
from filing.sheets.live_formulas import build_rate_cell, build_rate_formula, list_column_letters

# the columns before it are the serial number and the name
FIRST_MEASURE_COLUMN = 3
COLUMNS_PER_MEASURE = 4
HEADER_ROWS = (3, 4)

MeasureAmounts = Mapping[tuple[str, AmountKey], Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One row of figures.

    *amounts* has no entry for what does not apply to the row, and None for what was not reported. *build_formula*
    returns the formula of a column from the column's letter; the amounts in *typed_keys* have no formula.
    """

    row_number: int
    amounts: MeasureAmounts
    build_formula: Callable[[str], str] | None = None
    is_total: bool = False
    typed_keys: frozenset[tuple[str, AmountKey]] = frozenset()

    @property
    def figure_style(self) -> CellStyle:
        """The style of the row's figures."""
        return CellStyle.TOTAL_FIGURE if self.is_total else CellStyle.FIGURE

    def find_formula(self, measure: str, key: AmountKey, letter: str) -> str | None:
        """Return the formula of an amount in the column *letter*, or None if the amount is typed."""
        if self.build_formula is None or (measure, key) in self.typed_keys:
            return None
        return self.build_formula(letter)


def list_amount_keys(figures: FilingFigures) -> tuple[AmountKey, AmountKey, AmountKey]:
    """Return the keys of the amounts of each measure in the order of the columns; the rate is not an amount."""
    return (figures.year, AmountKind.DONE, AmountKind.PLAN_TOTAL)


def list_measure_letters(index: int) -> list[str]:
    """Return the letters of the four columns of the measure with that index (from 0)."""
    return list_column_letters(FIRST_MEASURE_COLUMN + COLUMNS_PER_MEASURE * index, COLUMNS_PER_MEASURE)


def count_columns(figures: FilingFigures) -> int:
    """Return the number of columns: the serial number, the name and those of all measures."""
    return FIRST_MEASURE_COLUMN - 1 + COLUMNS_PER_MEASURE * len(figures.measures)


def build_group_header(title: str, figures: FilingFigures) -> CellRow:
    """Return the upper header row: *title* over the first two columns, then the name of each measure."""
    names = (build_text_cell(name, CellStyle.HEADER, span=COLUMNS_PER_MEASURE) for name in figures.measures.values())
    return (build_text_cell(title, CellStyle.HEADER, span=FIRST_MEASURE_COLUMN - 1), *names)


def build_column_header(names: Sequence[str], figures: FilingFigures, messages: Messages) -> CellRow:
    """Return the lower header row: the names of the first two columns, then four columns for each measure."""
    headings = list_headings(messages, "filing.column", ("planned", "done", "rate"))
    headings.append(format_year_span(figures, messages))
    return build_header_row([*names, *headings * len(figures.measures)])


def format_year_span(figures: FilingFigures, messages: Messages) -> str:
    """Return the heading of the targets over all years of the plans, with the first and the last year."""
    if not figures.plan_years:
        return messages("filing.column.whole")
    return messages("filing.column.whole_years", first=figures.plan_years[0], last=figures.plan_years[-1])


def build_measure_cells(measure_row: MeasureRow, figures: FilingFigures, messages: Messages) -> CellRow:
    """Return the cells of all measures of one row."""
    cells: list[Cell] = []
    for index, measure in enumerate(figures.measures):
        cells += _build_cells_of_measure(measure_row, measure, list_measure_letters(index), figures, messages)
    return tuple(cells)


def _build_cells_of_measure(
    measure_row: MeasureRow, measure: str, letters: list[str], figures: FilingFigures, messages: Messages
) -> list[Cell]:
    style = measure_row.figure_style
    keys = list_amount_keys(figures)
    if not any((measure, key) in measure_row.amounts for key in keys):
        return [build_text_cell(messages("filing.not_applicable"), style)] * COLUMNS_PER_MEASURE
    planned_letter, done_letter, _, total_letter = letters
    cells = []
    for key, letter in zip(keys, (planned_letter, done_letter, total_letter), strict=True):
        amount = measure_row.amounts.get((measure, key))
        formula = measure_row.find_formula(measure, key, letter)
        cells.append(build_figure_cell(amount, style, decimals=figures.get_decimals(measure, key), formula=formula))
    planned, done, plan_total = cells
    return [planned, done, _build_rate_cell(measure_row, measure, letters, figures, messages), plan_total]


def _build_rate_cell(
    measure_row: MeasureRow, measure: str, letters: list[str], figures: FilingFigures, messages: Messages
) -> Cell:
    placeholder = messages("filing.not_applicable")
    planned = measure_row.amounts.get((measure, figures.year))
    done = measure_row.amounts.get((measure, AmountKind.DONE))
    planned_cell, done_cell = f"{letters[0]}{measure_row.row_number}", f"{letters[1]}{measure_row.row_number}"
    return build_rate_cell(
        compute_rate(done, planned),
        measure_row.figure_style,
        formula=build_rate_formula(planned_cell, done_cell, placeholder),
        placeholder=placeholder,
    )
