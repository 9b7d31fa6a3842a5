"""The four columns of a measure that detail and roll-up share: target, done, rate, target over all years."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_figure_cell, build_text_cell, compute_rate
from filing.book.workbook_model import Cell, CellStyle
from filing.context.accounts import AmountKey, AmountKind, FilingFigures

FIRST_MEASURE_COLUMN = 3  # the columns before: serial number and name
COLUMNS_PER_MEASURE = 4
HEADER_ROWS = (3, 4)

MeasureAmounts = Mapping[tuple[str, AmountKey], Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One row of figures: *values* lacks what does not apply, and is None where nothing was reported.

    *formula* gives, for the letter of a column, what makes its figure live; *typed* names the values that are not.
    """

    row_number: int
    amounts: MeasureAmounts
    build_formula: Callable[[str], str] | None = None
    is_total: bool = False
    typed_keys: frozenset[tuple[str, AmountKey]] = frozenset()


def list_amount_keys(figures: FilingFigures) -> tuple[AmountKey, AmountKey, AmountKey]:
    """Return what stands in the figure columns of each measure, rate aside."""
    return (figures.year, AmountKind.DONE, AmountKind.PLAN_TOTAL)


def count_columns(figures: FilingFigures) -> int:
    """Return how many columns the serial number, the name and all measures take."""
    return FIRST_MEASURE_COLUMN - 1 + COLUMNS_PER_MEASURE * len(figures.measures)


def build_group_header(title: str, figures: FilingFigures) -> CellRow:
    """Return the upper header row: what the first two columns are together, then each measure's name."""
    names = (build_text_cell(name, CellStyle.HEADER, span=COLUMNS_PER_MEASURE) for name in figures.measures.values())
    return (build_text_cell(title, CellStyle.HEADER, span=FIRST_MEASURE_COLUMN - 1), *names)


def build_column_header(names: Sequence[str], figures: FilingFigures, messages: Messages) -> CellRow:
    """Return the lower header row: the names of the first two columns, then four columns a measure."""
    four = [messages(f"filing.column.{one}") for one in ("planned", "done", "rate")] + [
        format_year_span(figures, messages)
    ]
    return tuple(build_text_cell(one, CellStyle.HEADER) for one in (*names, *(four * len(figures.measures))))


def format_year_span(figures: FilingFigures, messages: Messages) -> str:
    """Return the heading of the targets over all years, naming the years."""
    if not figures.plan_years:
        return messages("filing.column.whole")
    return messages("filing.column.whole_years", first=figures.plan_years[0], last=figures.plan_years[-1])


def build_measure_cells(measure_row: MeasureRow, figures: FilingFigures, messages: Messages) -> CellRow:
    """Return the cells of all measures of one row."""
    cells: list[Cell] = []
    for at, measure in enumerate(figures.measures):
        letters = [
            column_letters(FIRST_MEASURE_COLUMN + COLUMNS_PER_MEASURE * at + one) for one in range(COLUMNS_PER_MEASURE)
        ]
        cells += _build_cells_of_measure(measure_row, measure, letters, figures, messages)
    return tuple(cells)


def _build_cells_of_measure(
    measure_row: MeasureRow, measure: str, letters: list[str], figures: FilingFigures, messages: Messages
) -> list[Cell]:
    look = CellStyle.TOTAL_FIGURE if measure_row.is_total else CellStyle.FIGURE
    keys = list_amount_keys(figures)
    if not any((measure, key) in measure_row.amounts for key in keys):
        return [build_text_cell(messages("filing.not_applicable"), look)] * COLUMNS_PER_MEASURE
    found = {key: measure_row.amounts.get((measure, key)) for key in keys}
    planned, done, whole = (
        build_figure_cell(
            found[key],
            look,
            decimals=figures.get_decimals(measure, key),
            formula=measure_row.build_formula(letter)
            if measure_row.build_formula and (measure, key) not in measure_row.typed_keys
            else None,
        )
        for key, letter in zip(keys, (letters[0], letters[1], letters[3]), strict=True)
    )
    at = (f"{letters[0]}{measure_row.row_number}", f"{letters[1]}{measure_row.row_number}")
    share = compute_rate(found[AmountKind.DONE], found[figures.year])
    return [planned, done, _build_rate_cell(share, at, messages, is_total=measure_row.is_total), whole]


def _build_rate_cell(share: Decimal | None, cell_names: tuple[str, str], messages: Messages, *, is_total: bool) -> Cell:
    dash = messages("filing.not_applicable")
    quoted = dash.replace('"', '""')
    # rounded in the sheet too: what is printed is then what every program computes
    formula = f'=IF(OR({cell_names[0]}=0,{cell_names[1]}=""),"{quoted}",ROUND({cell_names[1]}/{cell_names[0]},4))'
    look = CellStyle.TOTAL_PERCENT if is_total else CellStyle.PERCENT
    return Cell(dash if share is None else share, look, formula=formula)
