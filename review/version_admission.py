"""Decides which received files become versions; the 版次 on the cover alone orders them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter

from contracts.procedures import Procedure
from review.county_state import CountyState


@dataclass(frozen=True, slots=True)
class VersionCandidate:
    """A readable file of one county: its sha256, its name and the version number on its cover."""

    sha256: str
    name: str
    version: int


class AdmissionOutcome(StrEnum):
    """Whether a candidate becomes a version."""

    TAKEN = "taken"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class VersionAdmission:
    """The outcome for one candidate, with the code and facts of the message that gives the reason.

    *conflicting_sha256s* are the other files with the same version number. *message_code* is the code of the message if
    the county must do something else than after other refusals of this *code*.
    """

    candidate: VersionCandidate
    outcome: AdmissionOutcome
    code: str = ""
    conflicting_sha256s: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    message_code: str = ""


def decide_admissions(
    procedure: Procedure, county_state: CountyState, candidates: Sequence[VersionCandidate]
) -> list[VersionAdmission]:
    """Return the outcome for each distinct candidate, lowest version first.

    The order of *candidates* does not matter; of identical files the one with the first name counts.
    """
    by_name = sorted(candidates, key=attrgetter("name"), reverse=True)
    distinct = {candidate.sha256: candidate for candidate in by_name}
    ordered = sorted(distinct.values(), key=attrgetter("version", "name", "sha256"))
    return [_decide_admission(procedure, county_state, candidate, ordered) for candidate in ordered]


def _decide_admission(
    procedure: Procedure, county_state: CountyState, candidate: VersionCandidate, candidates: Sequence[VersionCandidate]
) -> VersionAdmission:
    newest = county_state.newest_version
    facts = {"version": str(candidate.version), "county": county_state.county}
    overwritten = _find_overwritten_version(county_state, candidate)
    if overwritten and newest:
        facts |= {"other": candidate.name, "next": str(newest.number + 1)}
        return VersionAdmission(
            candidate, AdmissionOutcome.REFUSED, "version_conflict", (overwritten,), facts, "version_overwritten"
        )
    conflicts = _find_conflicts(county_state, candidate, candidates)
    if conflicts:
        facts["other"] = "、".join(conflicts.values())
        return VersionAdmission(candidate, AdmissionOutcome.REFUSED, "version_conflict", tuple(conflicts), facts)
    if newest is None:
        return _decide_first_version(procedure, county_state, candidate, facts)
    facts["newest"] = str(newest.number)
    if candidate.version < newest.number:
        return VersionAdmission(candidate, AdmissionOutcome.SKIPPED, "version_old", facts=facts)
    if county_state.state not in procedure.resubmittable_states:
        facts["state"] = procedure.states[county_state.state]
        message_code = ""
        correction = procedure.find_correction(county_state.state)
        if correction is not None:
            message_code, facts["correct"] = "version_filed", correction.name
        return VersionAdmission(
            candidate, AdmissionOutcome.REFUSED, "version_locked", facts=facts, message_code=message_code
        )
    return VersionAdmission(candidate, AdmissionOutcome.TAKEN)


def _find_overwritten_version(county_state: CountyState, candidate: VersionCandidate) -> str:
    """Return the sha256 of the version that was received under the same name and number, or an empty text.

    The county saved its corrected file over the one it had sent, and left the number on the cover as it was.
    """
    for version in county_state.versions:
        if (version.number, version.name) == (candidate.version, candidate.name):
            return version.sha256
    return ""


def _find_conflicts(
    county_state: CountyState, candidate: VersionCandidate, candidates: Sequence[VersionCandidate]
) -> dict[str, str]:
    """Return the name by sha256 of every other file with the candidate's version number."""
    conflicts: dict[str, str] = {}
    for rival in candidates:
        if rival.version == candidate.version and rival is not candidate:
            conflicts[rival.sha256] = rival.name
    for version in county_state.versions:
        if version.number == candidate.version:
            conflicts[version.sha256] = version.name
    return conflicts


def _decide_first_version(
    procedure: Procedure, county_state: CountyState, candidate: VersionCandidate, facts: dict[str, str]
) -> VersionAdmission:
    """Admit a county's first version, unless the county is excused: the excuse must be withdrawn first."""
    if county_state.state in procedure.resubmittable_states:
        return VersionAdmission(candidate, AdmissionOutcome.TAKEN)
    facts["state"] = procedure.states[county_state.state]
    return VersionAdmission(candidate, AdmissionOutcome.REFUSED, "unit_excused", facts=facts)
