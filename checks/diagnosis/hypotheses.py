"""All hypotheses about the clerk's mistake behind several findings, the simplest first."""

from collections.abc import Iterator

from checks.diagnosis.error_in_row_and_total import propose_figure_corrections
from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import Hypothesis
from checks.diagnosis.keys.doubled_rows import propose_doubled_rows
from checks.diagnosis.keys.reordered_keys import propose_key_orders
from checks.diagnosis.misspelt_township import propose_township_spellings
from checks.diagnosis.swapped_rows_columns import propose_column_swaps, propose_row_swaps
from checks.diagnosis.wrong_project import propose_project_changes
from checks.diagnosis.wrong_township import propose_township_changes
from checks.model.raw_workbook import RawWorkbook
from contracts.registers import County


def generate_hypotheses(book: RawWorkbook, evaluation: Evaluation, county: County | None) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that may explain several findings; each list holds rivals."""
    yield from propose_doubled_rows(book, evaluation)
    yield from propose_township_spellings(evaluation, county)
    yield from propose_key_orders(evaluation, county)
    yield from propose_row_swaps(book, evaluation)
    yield from propose_column_swaps(book, evaluation)
    yield from propose_project_changes(book, evaluation)
    yield from propose_township_changes(book, evaluation, county)
    yield from propose_figure_corrections(evaluation)
