"""The slips of a clerk that may explain what was found, the plainest first."""

from collections.abc import Iterator

from checks.diagnosis.error_in_row_and_total import figures_mistaken
from checks.diagnosis.evaluation import Verdict
from checks.diagnosis.hypothesis_testing import Guess
from checks.diagnosis.misspelt_township import respelt
from checks.diagnosis.swapped_rows_columns import columns_exchanged, rows_exchanged
from checks.diagnosis.wrong_project import projects_mistaken
from checks.diagnosis.wrong_township import townships_mistaken
from checks.model.raw_workbook import RawBook
from contracts.registers import County


def guesses(book: RawBook, verdict: Verdict, county: County | None) -> Iterator[list[Guess]]:
    """Yield what may be the slip behind several findings; rivals come together."""
    yield from respelt(verdict, county)
    yield from rows_exchanged(book, verdict)
    yield from columns_exchanged(book, verdict)
    yield from projects_mistaken(book, verdict)
    yield from townships_mistaken(book, verdict, county)
    yield from figures_mistaken(verdict)
