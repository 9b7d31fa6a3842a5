"""What is wrong alike in several rows of a column is one finding with its members.

What asks for an explanation, or only informs, is alike if one rule says so. What blocks is alike only if the same entry
is to be corrected to the same: others of a rule have causes of their own.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.finding import Severity
from checks.model.violation import Violation

MAX_MEMBERS: Final = 2_000
"""An explanation is bound to each member, and the list of findings has to hold them in one cell."""
_MIN_MEMBERS: Final = 3
# What else stands in the row of a violation, and where: it does not change what is to be corrected.
_FACTS_OF_A_ROW: Final = frozenset({"row", "cell", "label", "place", "name", "number", "count"})


def group_similar_violations(violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with those that are alike in one column of a sheet as one.

    A violation at a cell that has another one besides stays by itself: the two are one finding.
    """
    counts = Counter(violation.cell for violation in violations)
    groups: dict[Hashable, list[Violation]] = defaultdict(list)
    for violation in violations:
        if _can_be_grouped(violation) and counts[violation.cell] == 1:
            groups[_build_group_key(violation)].append(violation)
    grouped: set[int] = set()
    group_by_first: dict[int, Violation] = {}
    for members in groups.values():
        if len(members) >= _MIN_MEMBERS:
            grouped.update(map(id, members[1:]))
            group_by_first[id(members[0])] = build_group(members)
    remaining = [violation for violation in violations if id(violation) not in grouped]
    return [group_by_first.get(id(violation), violation) for violation in remaining]


def build_group(members: Sequence[Violation], *, count: int = 0, cells: Iterable[CellRef] = ()) -> Violation:
    """Return one violation for several that are alike: that of the first, with the cells of all.

    *count* and *cells* are given if *members* are only the first of them.
    """
    first = members[0]
    all_cells = dict.fromkeys(cells)
    rules = set(first.related_rules)
    for member in members:
        all_cells.update(dict.fromkeys(member.cells))
        rules.update(member.related_rules)
    return replace(
        first,
        cells=tuple(all_cells),
        members=tuple(members[:MAX_MEMBERS]),
        member_count=count or len(members),
        related_rules=tuple(sorted(rules)),
        repairs=(),
    )


def _can_be_grouped(violation: Violation) -> bool:
    """Return whether a violation is one cell's own and proposes nothing for that cell alone."""
    has_own_rows = bool(violation.members or violation.similar_rows or violation.repairs)
    return violation.cell is not None and violation.cell.row > 0 and not has_own_rows


def _build_group_key(violation: Violation) -> Hashable:
    column = violation.cell.column if violation.cell else 0
    return (
        violation.rule.id,
        violation.variant,
        violation.sheet,
        column,
        violation.rule.trial,
        violation.remedy_key,
        violation.related_rules,
        _get_correction(violation),
    )


def _get_correction(violation: Violation) -> Hashable:
    """Return what is written in the cell of a violation that blocks, and what is due; None for any other."""
    is_blocking = violation.rule.get_severity(violation.variant) == Severity.HARD and not violation.rule.trial
    if not is_blocking:
        return None
    return violation.value, violation.expected, violation.difference, _list_shared_facts(violation)


def _list_shared_facts(violation: Violation) -> tuple[tuple[str, str], ...]:
    """Return the facts of a sentence that do not tell one row from another."""
    facts: list[tuple[str, str]] = []
    for name, fact in sorted(violation.facts.items()):
        if name not in _FACTS_OF_A_ROW:
            facts.append((name, fact))
    return tuple(facts)
