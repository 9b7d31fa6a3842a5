"""What the check of a county rests on besides its own file: last year's filing, opening balances, plots elsewhere."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from checks.model.filing_history import PlotClaim
from contracts.procedures import Effect, Procedure
from review.county_state import CountyState, SubmissionVersion, find_recorded_roster, restore_filed_state
from review.event_replay import replay_events
from review.events import EventKind, LedgerEntry

NO_DIGEST = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInputs:
    """What is on record for one county; *year* is the year before.

    *ended* is how the county stood when that year was filed; *opening* the sha256 of its signed-off opening balances,
    which speak only where nothing was filed. *claims* are those of the county's plots that others account too.
    """

    prior_year: int
    prior_state: CountyState | None = None
    opening_sha256: str = NO_DIGEST
    claims: tuple[PlotClaim, ...] = ()

    @property
    def prior_version(self) -> SubmissionVersion | None:
        """The version that was filed for the year before."""
        return self.prior_state.newest_version if self.prior_state else None

    @property
    def balances_digest(self) -> str:
        """Return a digest of the balances on record, empty where there are none."""
        if self.prior_state is None or self.prior_version is None:
            return self.opening_sha256
        lowered = [
            [one.sheet, one.cell, one.after]
            for one in self.prior_state.reductions
            if one.sha256 == self.prior_version.sha256
        ]
        return _compute_digest([self.prior_version.report_sha256, lowered])

    @property
    def claims_digest(self) -> str:
        """Return a digest of the plots claimed elsewhere, empty where there are none."""
        return (
            _compute_digest([[one.plot, one.form, one.year, one.county] for one in self.claims])
            if self.claims
            else NO_DIGEST
        )


def _compute_digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def find_filed_states(procedure: Procedure, history: Sequence[LedgerEntry]) -> dict[str, CountyState]:
    """Return the counties of a year as they were filed; those without a filing in force are left out."""
    roster = find_recorded_roster(history)
    found = replay_events(procedure, roster, history) if roster else {}
    filed = ((county, restore_filed_state(procedure, one)) for county, one in found.items())
    return {county: one for county, one in filed if one is not None}


def find_opening_balances(history: Iterable[LedgerEntry]) -> dict[str, str]:
    """Return the newest opening balances by county, as the sha256 under which they are kept."""
    return {one.event.county: str(one.event.facts["figures"]) for one in history if one.event.kind is EventKind.OPENING}


def build_check_inputs(
    year: int, filed_states: Mapping[str, CountyState], opening_sha256s: Mapping[str, str]
) -> dict[str, CheckInputs]:
    """Return what is on record for each county of an accounting year."""
    return {
        county: CheckInputs(
            prior_year=year - 1,
            prior_state=_keep_filed_version(filed_states.get(county)),
            opening_sha256=opening_sha256s.get(county, NO_DIGEST),
        )
        for county in {**filed_states, **opening_sha256s}
    }


def _keep_filed_version(county_state: CountyState | None) -> CountyState | None:
    """Keep of a standing what its figures rest on: small, so that it can travel to another process."""
    if county_state is None or county_state.newest_version is None:
        return None
    return replace(
        county_state, versions=(county_state.newest_version,), decisions=(), waivers=(), explanations_by_version=None
    )


def has_active_claims(procedure: Procedure, county_state: CountyState) -> bool:
    """Tell whether a submission's plots count as claimed: not once a reviewer has sent it back, or excused the unit.

    A return by the check itself does not end a claim, or two counties that name one plot would free each other.
    """
    ended = {one.to_state for one in procedure.actions if one.effect is Effect.RETURN}
    return county_state.newest_version is not None and county_state.state not in {*ended, *procedure.excused_states}
