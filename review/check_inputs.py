"""What the check of a county rests on besides its own file: last year's filing, opening balances, plots elsewhere."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from checks.model.filing_history import Claim
from contracts.procedures import Effect, Procedure
from review.county_state import Standing, Version, as_filed, recorded_roster
from review.event_replay import standings
from review.events import Entry, Kind

NOTHING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is on record for one county; *year* is the year before.

    *ended* is how the county stood when that year was filed; *opening* the sha256 of its signed-off opening balances,
    which speak only where nothing was filed. *claims* are those of the county's plots that others account too.
    """

    year: int
    ended: Standing | None = None
    opening: str = NOTHING
    claims: tuple[Claim, ...] = ()

    @property
    def filed(self) -> Version | None:
        """The version that was filed for the year before."""
        return self.ended.newest if self.ended else None

    @property
    def basis(self) -> str:
        """Return a digest of the balances on record, empty where there are none."""
        if self.ended is None or self.filed is None:
            return self.opening
        lowered = [[one.sheet, one.cell, one.after] for one in self.ended.reductions if one.sha256 == self.filed.sha256]
        return _digest([self.filed.report, lowered])

    @property
    def disputed(self) -> str:
        """Return a digest of the plots claimed elsewhere, empty where there are none."""
        return _digest([[one.plot, one.form, one.year, one.county] for one in self.claims]) if self.claims else NOTHING


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def filed_in(procedure: Procedure, history: Sequence[Entry]) -> dict[str, Standing]:
    """Return the counties of a year as they were filed; those without a filing in force are left out."""
    roster = recorded_roster(history)
    found = standings(procedure, roster, history) if roster else {}
    filed = ((county, as_filed(procedure, one)) for county, one in found.items())
    return {county: one for county, one in filed if one is not None}


def openings_in(history: Iterable[Entry]) -> dict[str, str]:
    """Return the newest opening balances by county, as the sha256 under which they are kept."""
    return {one.event.county: str(one.event.facts["figures"]) for one in history if one.event.kind is Kind.OPENING}


def backgrounds(year: int, filed: Mapping[str, Standing], openings: Mapping[str, str]) -> dict[str, Background]:
    """Return what is on record for each county of an accounting year."""
    return {
        county: Background(year=year - 1, ended=_last(filed.get(county)), opening=openings.get(county, NOTHING))
        for county in {**filed, **openings}
    }


def _last(standing: Standing | None) -> Standing | None:
    """Keep of a standing what its figures rest on: small, so that it can travel to another process."""
    if standing is None or standing.newest is None:
        return None
    return replace(standing, versions=(standing.newest,), decisions=(), waivers=(), explained=None)


def claims_stand(procedure: Procedure, standing: Standing) -> bool:
    """Tell whether a submission's plots count as claimed: not once a reviewer has sent it back, or excused the unit.

    A return by the check itself does not end a claim, or two counties that name one plot would free each other.
    """
    ended = {one.to_state for one in procedure.actions if one.effect is Effect.RETURN}
    return standing.newest is not None and standing.state not in {*ended, *procedure.excused}
