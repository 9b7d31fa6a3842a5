"""What became of townships from one edition of a register to the next: renamed, merged or split, and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contracts.errors import ContractError

RENAMED, MERGED, SPLIT = "renamed", "merged", "split"
_KINDS: Final = (RENAMED, MERGED, SPLIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One change of townships: the names before, the names after, of which kind and since which day.

    A township may keep its name when another one is merged into it, or when a part of it becomes another one.
    """

    kind: str
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    since: date


def load_successions(
    county: str, raw: Iterable[Mapping[str, Any]], names: Iterable[str], file: str
) -> tuple[Succession, ...]:
    """Return the successions of a county whose present townships are *names*.

    Raise `ContractError` if a kind is unknown, its numbers of names do not fit, a new name is none of the county's, or
    an old one has two fates.
    """
    present_names = set(names)
    successions = tuple(map(_build_succession, raw))
    predecessors: list[str] = []
    for succession in successions:
        predecessors += succession.predecessors
        problem = _find_problem(succession, present_names)
        if problem:
            raise ContractError(
                file,
                f"county {county}: succession {problem}",
                "succession_wrong",
                county=county,
                names=succession.predecessors,
            )
    if len(set(predecessors)) < len(predecessors):
        raise ContractError(file, f"county {county}: a township has two successions", "succession_twice", county=county)
    return successions


def _build_succession(raw: Mapping[str, Any]) -> Succession:
    since = raw["since"]
    return Succession(
        kind=raw["kind"],
        predecessors=tuple(raw["from"]),
        successors=tuple(raw["to"]),
        since=since if isinstance(since, date) else date.fromisoformat(since),
    )


def _find_problem(succession: Succession, present_names: set[str]) -> str:
    """Return what is wrong with a succession, or an empty text."""
    before, after = set(succession.predecessors), set(succession.successors)
    fitting_counts = {
        RENAMED: len(before) == len(after) == 1,
        MERGED: len(before) > 1 and len(after) == 1,
        SPLIT: len(before) == 1 and len(after) > 1,
    }
    if succession.kind not in _KINDS:
        return f"of unknown kind {succession.kind}"
    if not fitting_counts[succession.kind]:
        return "whose numbers of names do not fit its kind"
    if not after <= present_names:
        return "to a township that the county has not"
    if (before & present_names) - after:
        return "of a township that the county still has"
    return ""
