"""The slips of a clerk that may explain what was found, the plainest first."""

from collections.abc import Iterator

from checks.exchanged import columns_exchanged, rows_exchanged
from checks.misplaced import townships_mistaken
from checks.misspelt import respelt
from checks.rawbook import RawBook
from checks.supposing import Guess
from checks.total_follows import figures_mistaken
from checks.verdict import Verdict
from checks.wrong_project import projects_mistaken
from contracts.registers import County


def guesses(book: RawBook, verdict: Verdict, county: County | None) -> Iterator[list[Guess]]:
    """Yield what may be the slip behind several findings; rivals come together."""
    yield from respelt(verdict, county)
    yield from rows_exchanged(book, verdict)
    yield from columns_exchanged(book, verdict)
    yield from projects_mistaken(book, verdict)
    yield from townships_mistaken(book, verdict, county)
    yield from figures_mistaken(verdict)
