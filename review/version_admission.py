"""Which of the files handed in become versions: the cover's 版次 alone orders them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.procedures import Procedure
from review.county_state import Standing


@dataclass(frozen=True, slots=True)
class Candidate:
    """A readable file of one county: its sha256, its name, the version on its cover."""

    sha256: str
    name: str
    version: int


class Fate(StrEnum):
    """What becomes of a candidate."""

    TAKEN = "taken"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Admission:
    """The fate of one candidate, with the code and facts of the sentence that says why."""

    candidate: Candidate
    fate: Fate
    code: str = ""
    rivals: tuple[str, ...] = ()  # sha256 of the other files of the same version
    facts: Mapping[str, str] = field(default_factory=dict)


def admit(procedure: Procedure, standing: Standing, candidates: Sequence[Candidate]) -> list[Admission]:
    """Return the fate of each candidate, lowest version first; the order in which files lie about does not matter."""
    distinct = {one.sha256: one for one in sorted(candidates, key=lambda one: one.name, reverse=True)}
    ordered = sorted(distinct.values(), key=lambda one: (one.version, one.name, one.sha256))
    return [_fate(procedure, standing, one, ordered) for one in ordered]


def _fate(procedure: Procedure, standing: Standing, candidate: Candidate, candidates: Sequence[Candidate]) -> Admission:
    newest = standing.newest
    facts = {"version": str(candidate.version), "county": standing.county}
    rivals = {one.sha256: one.name for one in candidates if one.version == candidate.version and one is not candidate}
    rivals |= {one.sha256: one.name for one in standing.versions if one.number == candidate.version}
    if rivals:
        facts["other"] = "、".join(rivals.values())
        return Admission(candidate, Fate.REFUSED, "version_conflict", tuple(rivals), facts)
    if newest is None:
        return _first(procedure, standing, candidate, facts)
    facts["newest"] = str(newest.number)
    if candidate.version < newest.number:
        return Admission(candidate, Fate.SKIPPED, "version_old", facts=facts)
    if standing.state not in procedure.open_to_new_version:
        facts["state"] = procedure.states[standing.state]
        return Admission(candidate, Fate.REFUSED, "version_locked", facts=facts)
    return Admission(candidate, Fate.TAKEN)


def _first(procedure: Procedure, standing: Standing, candidate: Candidate, facts: dict[str, str]) -> Admission:
    """A unit that was excused may not report all the same: the excuse must be taken back first."""
    if standing.state in procedure.open_to_new_version:
        return Admission(candidate, Fate.TAKEN)
    facts["state"] = procedure.states[standing.state]
    return Admission(candidate, Fate.REFUSED, "unit_excused", facts=facts)
