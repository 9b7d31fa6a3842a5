"""Which files become versions, which are refused and which are passed over."""

import pytest

from review.county_state import CountyState
from review.version_admission import AdmissionOutcome, VersionCandidate, decide_admissions
from tests.builders.chain import Road, procedure
from tests.builders.roads import ROADS


def fates(standing: CountyState, *candidates: tuple[str, int]) -> list[tuple[str, AdmissionOutcome, str]]:
    """Return the name, fate and code of files given as name and version; equal names have equal bytes."""
    files = [VersionCandidate(f"sha-{name}", name, version) for name, version in candidates]
    return [
        (admission.candidate.name, admission.outcome, admission.code)
        for admission in decide_admissions(procedure(), standing, files)
    ]


def test_first_files_are_taken_in_the_order_of_their_versions() -> None:
    """Where files lie about in any order, the cover's version orders them."""
    found = fates(ROADS["nothing"].standing(), ("b", 2), ("a", 1))
    assert found == [("a", AdmissionOutcome.TAKEN, ""), ("b", AdmissionOutcome.TAKEN, "")]


def test_same_version_with_other_bytes_is_refused_on_both_sides() -> None:
    """Two files of one version: neither is taken, each names the other."""
    files = [VersionCandidate("sha-a", "a", 1), VersionCandidate("sha-b", "b", 1)]
    found = decide_admissions(procedure(), ROADS["nothing"].standing(), files)
    assert [(admission.outcome, admission.code, admission.facts["other"]) for admission in found] == [
        (AdmissionOutcome.REFUSED, "version_conflict", "b"),
        (AdmissionOutcome.REFUSED, "version_conflict", "a"),
    ]
    assert [admission.conflicting_sha256s for admission in found] == [("sha-b",), ("sha-a",)]


def test_same_version_as_one_on_record_is_refused() -> None:
    """A file that claims a version already received, with other bytes, is refused and names it."""
    (found,) = decide_admissions(procedure(), ROADS["clean"].standing(), [VersionCandidate("sha-x", "x", 1)])
    assert (found.outcome, found.code, found.facts["other"]) == (
        AdmissionOutcome.REFUSED,
        "version_conflict",
        "第1版.xlsx",
    )


def test_older_version_is_passed_over() -> None:
    """A version that arrives after a newer one is not taken up any more."""
    assert fates(Road().hand_in(3).standing(), ("late", 2)) == [("late", AdmissionOutcome.SKIPPED, "version_old")]


@pytest.mark.parametrize("road", [road for road in ROADS if road != "second"])
def test_newer_version_is_taken_unless_it_is_under_review(road: str) -> None:
    """A newer version replaces the older one, but not while the city has it, nor once it is reviewed or filed."""
    locked = road in ("in review", "reviewed", "filed")
    expected = ("new", AdmissionOutcome.REFUSED, "version_locked") if locked else ("new", AdmissionOutcome.TAKEN, "")
    assert fates(ROADS[road].standing(), ("new", 2)) == [expected]


def test_same_bytes_under_two_names_are_one_file() -> None:
    """A copy is no second file."""
    files = [VersionCandidate("same", "b", 1), VersionCandidate("same", "a", 1)]
    assert [admission.outcome for admission in decide_admissions(procedure(), ROADS["nothing"].standing(), files)] == [
        AdmissionOutcome.TAKEN
    ]
