"""Which of the files handed in become versions: the cover's 版次 alone orders them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.procedures import Procedure
from review.county_state import CountyState


@dataclass(frozen=True, slots=True)
class VersionCandidate:
    """A readable file of one county: its sha256, its name, the version on its cover."""

    sha256: str
    name: str
    version: int


class AdmissionOutcome(StrEnum):
    """What becomes of a candidate."""

    TAKEN = "taken"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class VersionAdmission:
    """The fate of one candidate, with the code and facts of the sentence that says why."""

    candidate: VersionCandidate
    outcome: AdmissionOutcome
    code: str = ""
    conflicting_sha256s: tuple[str, ...] = ()  # sha256 of the other files of the same version
    facts: Mapping[str, str] = field(default_factory=dict)


def decide_admissions(
    procedure: Procedure, county_state: CountyState, candidates: Sequence[VersionCandidate]
) -> list[VersionAdmission]:
    """Return the fate of each candidate, lowest version first; the order in which files lie about does not matter."""
    distinct = {one.sha256: one for one in sorted(candidates, key=lambda one: one.name, reverse=True)}
    ordered = sorted(distinct.values(), key=lambda one: (one.version, one.name, one.sha256))
    return [_decide_admission(procedure, county_state, one, ordered) for one in ordered]


def _decide_admission(
    procedure: Procedure, county_state: CountyState, candidate: VersionCandidate, candidates: Sequence[VersionCandidate]
) -> VersionAdmission:
    newest = county_state.newest_version
    facts = {"version": str(candidate.version), "county": county_state.county}
    rivals = {one.sha256: one.name for one in candidates if one.version == candidate.version and one is not candidate}
    rivals |= {one.sha256: one.name for one in county_state.versions if one.number == candidate.version}
    if rivals:
        facts["other"] = "、".join(rivals.values())
        return VersionAdmission(candidate, AdmissionOutcome.REFUSED, "version_conflict", tuple(rivals), facts)
    if newest is None:
        return _decide_first_version(procedure, county_state, candidate, facts)
    facts["newest"] = str(newest.number)
    if candidate.version < newest.number:
        return VersionAdmission(candidate, AdmissionOutcome.SKIPPED, "version_old", facts=facts)
    if county_state.state not in procedure.resubmittable_states:
        facts["state"] = procedure.states[county_state.state]
        return VersionAdmission(candidate, AdmissionOutcome.REFUSED, "version_locked", facts=facts)
    return VersionAdmission(candidate, AdmissionOutcome.TAKEN)


def _decide_first_version(
    procedure: Procedure, county_state: CountyState, candidate: VersionCandidate, facts: dict[str, str]
) -> VersionAdmission:
    """A unit that was excused may not report all the same: the excuse must be taken back first."""
    if county_state.state in procedure.resubmittable_states:
        return VersionAdmission(candidate, AdmissionOutcome.TAKEN)
    facts["state"] = procedure.states[county_state.state]
    return VersionAdmission(candidate, AdmissionOutcome.REFUSED, "unit_excused", facts=facts)
