"""One run of one year: what it needs, who carries its jobs out, who listens, and what broke."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flows.decisions.guarded_ledger import Pen
from flows.year.jobs import Job, Line, Outcome
from flows.year.locations import Places
from flows.year.year_state import Desk, Scene, set_scene
from ledger.ledger import Ledger

Tell = Callable[[str, str, Line], None]  # stage, county, what happened


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that broke: a fault of the program, told without stopping the other counties."""

    stage: str
    county: str
    course: tuple[str, ...]
    line: Line


Result = Outcome | Failure
Each = Callable[[str, Sequence[Job]], Iterable[Result]]  # gives the results in the order of the jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One run of one year: where, what was handed in, the open record, how jobs are carried out, who listens."""

    places: Places
    desk: Desk
    ledger: Ledger
    pen: Pen
    each: Each
    tell: Tell

    def scene(self) -> Scene:
        """Read the record as it stands now."""
        return set_scene(self.places, self.ledger, self.desk.roster)
