"""Which outputs are due: missing, or made from less than the record now holds."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.procedures import Level
from flows.year.locations import Places
from flows.year.year_state import Scene
from ledger.atomic_files import waits_beside, write_beside
from review.county_state import Version
from review.events import Event, Kind
from review.roster import Roster


def unfinished(scene: Scene) -> list[tuple[Path, str]]:
    """Return the outputs that the record knows and that a killed run left beside their place."""
    issued = ((scene.places.output(path), str(one.facts["file"])) for path, one in scene.issued.items())
    return [(place, sha256) for place, sha256 in issued if waits_beside(place, sha256)]


def is_current(scene: Scene, path: str, basis: str) -> bool:
    """Tell whether an output is there and was made from *basis*. Its bytes are never read back."""
    last = scene.issued.get(path)
    return last is not None and last.facts["basis"] == basis and scene.places.output(path).is_file()


def returned_path(scene: Scene, county: str, version: Version) -> str:
    """Return where the marked workbook of a version goes, relative to the year's outputs."""
    return f"returned/{county}/{county}-{scene.places.year}-第{version.number}版-问题标注.xlsx"


def unmarked(scene: Scene) -> Iterator[tuple[str, Version]]:
    """Return the checked versions whose marked workbook is missing or made from an older check."""
    for county, standing in scene.standings.items():
        for version in standing.versions:
            flagged = version.checked and (version.hard or version.soft or version.notes)
            if flagged and not is_current(scene, returned_path(scene, county, version), version.report):
                yield county, version


def page_path(scene: Scene, county: str, version: Version) -> str:
    """Return where the page of a version goes, relative to the year's outputs."""
    return f"returned/{county}/{county}-{scene.places.year}-第{version.number}版-核对报告.html"


def unreported(scene: Scene) -> Iterator[tuple[str, Version]]:
    """Return the checked versions whose page is missing or made from an older check."""
    for county, standing in scene.standings.items():
        for version in standing.versions:
            if version.checked and not is_current(scene, page_path(scene, county, version), version.report):
                yield county, version


def basis_of_filing(scene: Scene) -> str:
    """Return the digest of the year's last entry that is not about an output: what a filing rests on."""
    return next((one.digest for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDue:
    """A review workbook: whose it is, where it goes, what it rests on and when that was recorded."""

    level: Level
    area: str
    path: str
    basis: str
    as_of: str


def reviews(scene: Scene, roster: Roster) -> list[ReviewDue]:
    """Return the review workbooks of the year: one for each reviewing area that has received anything."""
    levels = scene.procedure.levels[1:]
    touched: dict[tuple[str, str], list[str]] = {}
    moments: dict[tuple[str, str], str] = {}
    ground = ""
    for entry in scene.history:
        ground = entry.digest if entry.event.kind is Kind.ROSTER else ground
        for level in levels if entry.event.kind in _SHOWN_TO_REVIEWERS else ():
            spot = (level.id, level.area(entry.event.county))
            touched[spot], moments[spot] = [entry.digest], entry.at
    due = dict.fromkeys((level, level.area(one.code)) for level in levels for one in roster.due)
    return [
        ReviewDue(
            level=level,
            area=area,
            path=f"review/{level.id}-{area}-{roster.year}-复核表.xlsx",
            basis=_digest_of([*touched[level.id, area], ground, scene.contracts, *_last_year_of(scene, level, area)]),
            as_of=moments[level.id, area],
        )
        for level, area in due
        if (level.id, area) in touched
    ]


_SHOWN_TO_REVIEWERS = (Kind.RECEIVED, Kind.CHECKED, Kind.DECISION, Kind.ROLL_UP)


def _last_year_of(scene: Scene, level: Level, area: str) -> list[str]:
    return sorted(report for county, report in scene.last_year.items() if level.area(county) == area)


def _digest_of(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def reviews_due(scene: Scene, roster: Roster) -> list[ReviewDue]:
    """Return the review workbooks that are missing or show an older state."""
    return [one for one in reviews(scene, roster) if not is_current(scene, one.path, one.basis)]


def board_paths(roster: Roster) -> tuple[str, str]:
    """Return where the workbook and the page go, relative to the year's outputs."""
    return f"status/{roster.year}-进度.xlsx", f"status/{roster.year}-进度.html"


def boards_due(scene: Scene, roster: Roster) -> list[str]:
    """Return which of the two are missing or show an older state; none before anything was received."""
    if not any(one.versions for one in scene.standings.values()):
        return []
    basis = basis_of_board(scene)
    return [path for path in board_paths(roster) if not is_current(scene, path, basis)]


def basis_of_board(scene: Scene) -> str:
    """Return what a status board rests on: the record's newest entry, the contracts, and earlier years that changed."""
    shaken = [f"{one.county} {one.ground}" for one in scene.shaken]
    return " ".join([basis_of_filing(scene), scene.contracts, *shaken])


def write_output(places: Places, path: str, data: bytes) -> tuple[Path, str]:
    """Write an output beside its place; it moves there once its event is on record."""
    place = places.output(path)
    write_beside(place, data)
    return place, hashlib.sha256(data).hexdigest()


def output_event(places: Places, path: str, data: bytes, *, basis: str, county: str = "") -> Event:
    """Return the record of an output: where it lies, the sha256 of its bytes, what it was made from."""
    facts = {"path": path, "file": hashlib.sha256(data).hexdigest(), "basis": basis}
    return Event(kind=Kind.ISSUED, year=places.year, county=county, facts=facts)
