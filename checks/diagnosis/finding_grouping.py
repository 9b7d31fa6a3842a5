"""One cause, one offence: what follows from another fault is named beside it, and what is too much is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks.diagnosis.serial_numbers import ROW_DOUBLED_REMEDY
from checks.model.cell_ref import CellRef
from checks.model.failing_rows import FailingRows
from checks.model.violation import Violation
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import PlotGroup, SumConstraint
from contracts.form_model import Phase

OMITTED_VARIANT = "rest"  # the case of the offence that counts what is not put into words
_MIN_ROWS_FOR_WHOLE_COLUMN = 5  # of a table: in a shorter one, most rows are few
_MIN_FAILING_SHARE = 0.9
_MAX_CELLS_PER_FINDING = 200  # that one finding points at
_ROW_BY_ROW_CHECKS = (
    "completion_rate",
    "percentage",
    "serial_numbers",
    "unique_in_table",
)  # each row is looked at further on


def merge_related_violations(violations: Iterable[Violation]) -> list[Violation]:
    """Join offences whose rule, or the case of it, names another (``joins``) to that rule's offence in the same row.

    An offence of a rule that stands ``instead_of`` another replaces that one's in the same cell. Row numbers that
    lack because a township's row is missing are told with that.
    """
    found = list(violations)
    replaced = _find_replaced(found)
    told = [one for one in found if (one.cell, one.rule.id) not in replaced]
    heads = {(*place, one.rule.id): one for one in told for place in [_parse_row(one.cell)] if place}
    lost = _match_gaps_to_missing_townships(told)
    joined: dict[int, list[Violation]] = {}
    for one in told:
        head = heads.get((*(_parse_row(one.cell) or ("", 0)), _get_joined_rule(one))) or lost.get(id(one))
        if head is not None:
            joined.setdefault(id(head), []).append(one)
    gone = {id(one) for others in joined.values() for one in others}
    return [_merge_with_remedy(one, joined.get(id(one), ())) for one in told if id(one) not in gone]


def _merge_with_remedy(first: Violation, others: Sequence[Violation]) -> Violation:
    """Join, and take over what the row numbers tell of the remedy: that the row itself stands there twice."""
    rows = next((one.facts["rows"] for one in others if one.remedy_key == ROW_DOUBLED_REMEDY), "")
    head = replace(first, remedy_key=ROW_DOUBLED_REMEDY, facts={**first.facts, "rows": rows}) if rows else first
    return merge_into(head, others)


def _get_joined_rule(violation: Violation) -> str:
    """Return the rule that an offence joins: one for the whole rule, or one for each case."""
    joins = violation.rule.arguments.get("joins", "")
    return str(joins.get(violation.variant, "") if isinstance(joins, Mapping) else joins)


def _match_gaps_to_missing_townships(violations: Sequence[Violation]) -> dict[int, Violation]:
    """Pair each lack in the row numbers with the townships missing from its sheet, where those may explain it."""
    missing = {
        one.sheet: one for one in violations if one.variant == "missing" and one.rule.check == "townships_as_planned"
    }
    lacks: dict[str, list[Violation]] = {}
    for one in violations:
        if one.rule.check == "serial_numbers" and one.variant in ("gap", "start") and one.sheet in missing:
            lacks.setdefault(one.sheet, []).append(one)
    return {
        id(one): missing[sheet]
        for sheet, found in lacks.items()
        if sum(map(_count_missing, found)) <= _count_missing(missing[sheet])
        for one in found
    }


def _count_missing(violation: Violation) -> int:
    return len(violation.facts["missing"].split("、"))


def merge_into(first: Violation, others: Sequence[Violation]) -> Violation:
    """Return the first offence with the rules and cells of the others named beside its own."""
    if not others:
        return first
    also = sorted({*first.related_rules, *(one.rule.id for one in others)} - {first.rule.id})
    cells = dict.fromkeys((*first.cells, *(cell for one in others for cell in one.cells)))
    return replace(first, related_rules=tuple(also), cells=tuple(cells))


def _find_replaced(violations: Iterable[Violation]) -> set[tuple[CellRef | None, str]]:
    return {(one.cell, one.rule.arguments["instead_of"]) for one in violations if "instead_of" in one.rule.arguments}


def _parse_row(cell: CellRef | None) -> tuple[str, int] | None:
    return (cell.sheet, cell.row) if cell and cell.row else None


def attach_dependent_violations(
    sum_violations: Sequence[Violation], others: Iterable[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Name beside a broken sum what rests on its cells; return the sums, and what stands by itself."""
    apart: list[Violation] = []
    resting: dict[int, list[Violation]] = {}
    held = [set(broken.cells) for broken in sum_violations]
    for one in others:
        # a stale result is why its sum does not hold; whatever rests on several tables may be
        resting_on = one.rule.phase.rank >= Phase.ACROSS_TABLES.rank or one.rule.check == "formula_results"
        cells = set(one.cells) if resting_on and one.variant != "taken" else set()
        at = next((at for at, broken in enumerate(held) if cells & broken), None) if cells else None
        if at is None:
            apart.append(one)
        else:
            resting.setdefault(at, []).append(one)
    return [merge_into(one, resting.get(at, ())) for at, one in enumerate(sum_violations)], apart


def merge_by_row(sum_violations: Iterable[Violation]) -> list[Violation]:
    """Join what is said of several cells of a row against its plots: a plot of the wrong class, or one too few.

    It is one cause where one rule says it, or where the cells are off by the same amount.
    """
    told: list[Violation] = []
    places: dict[object, list[int]] = {}
    for one in sum_violations:
        place = _parse_row(one.cell) if one.rule.check == "equals_detail" else None
        here = places.setdefault(place or id(one), [])
        at = next((at for at in here if _has_same_cause(told[at], one)), None)
        if at is None:
            here.append(len(told))
            told.append(one)
        else:
            told[at] = merge_into(told[at], [one])
    return told


def _has_same_cause(first: Violation, other: Violation) -> bool:
    return first.rule.id == other.rule.id or first.difference == other.difference


def find_groups_with_errors(table: Table, violations: Iterable[Violation]) -> frozenset[PlotGroup]:
    """Return the groups of a plot table in which a row is itself at fault; an unknown one spoils the whole form."""
    hard = (one for one in violations if one.sheet == table.sheet and one.rule.get_severity(one.variant) == "hard")
    rows = {place[1] for one in hard for cell in one.cells for place in [_parse_row(cell)] if place}
    wrong = table.body.filter(table.body[ROW].is_in(list(rows))) if rows else table.body.clear()
    name = table.form.name
    groups = {PlotGroup(name, project, township) for project, township in wrong.select(PROJECT, TOWNSHIP_FULL).rows()}
    return frozenset((*groups, PlotGroup(name))) if groups else frozenset()


def build_unknown_group(form_name: str) -> frozenset[PlotGroup]:
    """Return what stands for fault in a plot table that cannot be told apart by group: all of its sums are silent."""
    return frozenset({PlotGroup(form_name, None, None)})


def is_suppressed(sum_constraint: SumConstraint, faulty_groups: Mapping[str, frozenset[PlotGroup]]) -> bool:
    """Tell whether a sum rests on plots that are at fault themselves."""
    group = sum_constraint.plot_group
    if group is None or not faulty_groups.get(group.form):
        return False
    unknown = any(None in (one.project, one.township) for one in faulty_groups[group.form])
    return unknown or group in faulty_groups[group.form]


def limit_per_rule(
    failures: Iterable[Violation | FailingRows], max_findings: int, row_count: int = 0
) -> Iterator[Violation]:
    """Let the first of each rule and case through; count the others in one offence each.

    What nearly all of the table's rows (*height*) have in one column is one cause, and one offence; of more rows than
    are put into words, the first ones are told and the others counted.
    """
    counts: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], Violation | FailingRows] = {}
    for one in failures:
        whole = _merge_whole_column(one, row_count) if not max_findings or row_count <= max_findings else None
        if whole is not None:
            yield whole
            continue
        key = (one.rule.id, one.variant)
        count = one.rows.height if isinstance(one, FailingRows) else 1
        room = max(0, max_findings - counts[key]) if max_findings else count
        yield from one.get_first_violations(room) if isinstance(one, FailingRows) else (one,) * min(room, 1)
        counts[key] += count
        if count > room:
            last[key] = one
    for key, one in last.items():
        offence = one.get_last_violation() if isinstance(one, FailingRows) else one
        if offence is not None:
            yield _build_omitted_violation(offence, counts[key], max_findings)


def _merge_whole_column(failure: Violation | FailingRows, row_count: int) -> Violation | None:
    """Return the offence of the first row for all of them, where it blocks and nearly all rows of a column have it."""
    if (
        isinstance(failure, Violation)
        or row_count < _MIN_ROWS_FOR_WHOLE_COLUMN
        or failure.rows.height < _MIN_FAILING_SHARE * row_count
    ):
        return None
    if failure.rule.get_severity(failure.variant) != "hard" or failure.rule.check in _ROW_BY_ROW_CHECKS:
        return None
    first = next(iter(failure.get_first_violations(1)), None)
    if first is None or first.cell is None or not first.cell.row:
        return None
    cells = tuple(
        CellRef.from_position(first.sheet, row, first.cell.column)
        for row in failure.rows[ROW].head(_MAX_CELLS_PER_FINDING)
    )
    return replace(first, cells=tuple(dict.fromkeys((*first.cells, *cells))), similar_rows=failure.rows.height)


def _build_omitted_violation(last_violation: Violation, total: int, max_findings: int) -> Violation:
    """Count what is not put into words; it weighs as much as what it counts."""
    rule = replace(
        last_violation.rule, severity=last_violation.rule.get_severity(last_violation.variant), severities={}
    )
    facts = {
        **last_violation.facts,
        "rule": rule.id,
        "total": str(total),
        "rest": str(total - max_findings),
        "shown": str(max_findings),
    }
    return replace(
        last_violation,
        rule=rule,
        variant=OMITTED_VARIANT,
        facts=facts,
        cells=(last_violation.cell,) if last_violation.cell else (),
    )
