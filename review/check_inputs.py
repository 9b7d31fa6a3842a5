"""What a county is checked against besides its own file: last year's filing, opening balances, plots elsewhere."""

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
    """What is on record for one county.

    *prior_year* is the year before the accounting year, *prior_state* the county's state when that year was filed.
    *opening_sha256* is the sha256 of its signed-off opening balances, which count only if nothing was filed.
    *claims* are those of the county's plots that other submissions account too.
    """

    prior_year: int
    prior_state: CountyState | None = None
    opening_sha256: str = NO_DIGEST
    claims: tuple[PlotClaim, ...] = ()

    @property
    def prior_version(self) -> SubmissionVersion | None:
        """The version that was filed for the year before."""
        if self.prior_state is None:
            return None
        return self.prior_state.newest_version

    @property
    def balances_digest(self) -> str:
        """The digest of the balances on record; empty if there are none."""
        version = self.prior_version
        if self.prior_state is None or version is None:
            return self.opening_sha256
        reduced_cells = [
            [reduction.sheet, reduction.cell, reduction.after]
            for reduction in self.prior_state.reductions
            if reduction.sha256 == version.sha256
        ]
        return _compute_digest([version.report_sha256, reduced_cells])

    @property
    def claims_digest(self) -> str:
        """The digest of the plots claimed elsewhere; empty if there are none."""
        if not self.claims:
            return NO_DIGEST
        return _compute_digest([[claim.plot, claim.form, claim.year, claim.county] for claim in self.claims])


def _compute_digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def find_filed_states(procedure: Procedure, history: Sequence[LedgerEntry]) -> dict[str, CountyState]:
    """Return the counties of a year as they were filed, by code; counties without a filing in force are left out."""
    roster = find_recorded_roster(history)
    if roster is None:
        return {}
    filed_states: dict[str, CountyState] = {}
    for county, county_state in replay_events(procedure, roster, history).items():
        filed_state = restore_filed_state(procedure, county_state)
        if filed_state is not None:
            filed_states[county] = filed_state
    return filed_states


def find_opening_balances(history: Iterable[LedgerEntry]) -> dict[str, str]:
    """Return the sha256 of the newest opening balances by county code."""
    sha256s: dict[str, str] = {}
    for entry in history:
        if entry.event.kind is EventKind.OPENING:
            sha256s[entry.event.county] = str(entry.event.facts["figures"])
    return sha256s


def build_check_inputs(
    year: int, filed_states: Mapping[str, CountyState], opening_sha256s: Mapping[str, str]
) -> dict[str, CheckInputs]:
    """Return what is on record for each county of an accounting year, by county code."""
    return {
        county: CheckInputs(
            prior_year=year - 1,
            prior_state=_keep_filed_version(filed_states.get(county)),
            opening_sha256=opening_sha256s.get(county, NO_DIGEST),
        )
        for county in {**filed_states, **opening_sha256s}
    }


def _keep_filed_version(county_state: CountyState | None) -> CountyState | None:
    """Keep only the filed version and its reductions, so that the state is small enough to send to another process."""
    if county_state is None or county_state.newest_version is None:
        return None
    return replace(
        county_state,
        versions=(county_state.newest_version,),
        decisions=(),
        decision_days=(),
        waivers=(),
        explanations=county_state.list_explanations(county_state.newest_sha256),
    )


def has_active_claims(procedure: Procedure, county_state: CountyState) -> bool:
    """Return whether a submission's plots count as claimed: not once a reviewer returned it or excused the county.

    A return by the check itself does not end a claim; otherwise two counties that name the same plot would free each
    other.
    """
    if county_state.newest_version is None or county_state.state in procedure.excused_states:
        return False
    return county_state.state not in {action.to_state for action in procedure.actions if action.effect is Effect.RETURN}
