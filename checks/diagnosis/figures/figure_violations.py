"""Violations for wrong figures: one for each row that is certain, one for all readings of what is not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from checks.diagnosis.figures.figure_conditions import FigureConditions
from checks.diagnosis.figures.figure_steps import Repair, build_steps, format_amount
from checks.diagnosis.serial_numbers import format_steps
from checks.localisation.figures.figure_constraints import FigureConstraint, ValueRange
from checks.localisation.figures.figure_search import FigureRepair, FigureSearchResult
from checks.localisation.ranking import rank_repair
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep, Severity
from checks.model.violation import Phrase, Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from contracts.form_model import Field, Rule

CERTAIN, TOGETHER, AMBIGUOUS = "figure", "figures", "figure_unclear"
OPEN, WITHIN_RANGE = "figure_open", "figure_range"
_MAX_READINGS = 4
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FigureCause:
    """Conditions violated together, by index and as such, the violations of rows among them, and the repairs."""

    group: frozenset[int]
    violations: tuple[Violation, ...]
    constraints: tuple[FigureConstraint, ...]
    result: FigureSearchResult


@dataclass(frozen=True, slots=True)
class _Reading:
    """One repair; *open_ranges* are the figures that would do in some of its cells."""

    steps: Repair
    open_ranges: Mapping[CellRef, ValueRange]


def build_figure_violations(cause: FigureCause, conditions: FigureConditions) -> Iterator[Violation]:
    """Yield the violations: what all repairs have in common is certain, the rest is told as ambiguous."""
    readings = _select_readings(cause, conditions)
    if len(readings) == 1:
        yield from _build_sole_reading(cause, conditions, readings[0])
        return
    common = [step for step in readings[0].steps if all(_is_certain_in(step, reading) for reading in readings)]
    for steps in _group_by_row(common):
        yield _build_violation(cause, conditions, [_Reading(steps, {})])
    parts: dict[Repair, _Reading] = {}
    for reading in readings:
        steps = tuple(step for step in reading.steps if step not in common)
        if steps:
            parts[steps] = _Reading(steps, reading.open_ranges)
    yield _build_violation(cause, conditions, list(parts.values()))


def _is_certain_in(step: RepairStep, reading: _Reading) -> bool:
    return not reading.open_ranges and step in reading.steps


def _build_sole_reading(cause: FigureCause, conditions: FigureConditions, reading: _Reading) -> Iterator[Violation]:
    """Yield a violation for each row; if a figure is not certain, those that were computed with it are not either."""
    for steps in _group_by_row(reading.steps):
        violation = _build_violation(cause, conditions, [_Reading(steps, {})])
        if not reading.open_ranges and cause.result.is_complete:
            yield violation
        else:
            yield _withhold_figures(violation, reading.open_ranges.get(steps[0].cell))


def _withhold_figures(violation: Violation, open_range: ValueRange | None) -> Violation:
    """Return a violation that proposes no figure, but tells between which figures it is, if that is known."""
    facts, variant = dict(violation.facts), OPEN
    if open_range is not None:
        variant = WITHIN_RANGE
        facts["low"], facts["high"] = (
            format_amount(open_range.low.quantize(_CENT, ROUND_CEILING)),
            format_amount(open_range.high.quantize(_CENT, ROUND_FLOOR)),
        )
    return replace(violation, variant=variant, facts=facts, repairs=(), expected=None, difference=None, remedy_key="")


def _select_readings(cause: FigureCause, conditions: FigureConditions) -> list[_Reading]:
    """Return the repairs, the likeliest first."""
    readings = [_build_reading(repair, conditions) for repair in cause.result.repairs]
    readings.sort(key=lambda reading: (bool(reading.open_ranges), rank_repair(reading.steps, {})))
    return readings


def _build_reading(repair: FigureRepair, conditions: FigureConditions) -> _Reading:
    return _Reading(build_steps(repair.amounts, conditions.network.values), repair.open_ranges)


def _group_by_row(steps: Iterable[RepairStep]) -> list[Repair]:
    groups: dict[tuple[str, int], list[RepairStep]] = defaultdict(list)
    for step in steps:
        groups[step.cell.sheet, step.cell.row].append(step)
    return list(map(tuple, groups.values()))


def _build_violation(cause: FigureCause, conditions: FigureConditions, readings: Sequence[_Reading]) -> Violation:
    first = readings[0].steps
    step = first[0]
    own_violation = _find_own_violation(cause, first)
    if own_violation is not None and len(readings) == 1:
        return _add_repair(own_violation, step, cause)
    table, field = _find_field(conditions, step.cell)
    rule, related_rules = _select_rules(cause, conditions, readings)
    variant, expected, difference = AMBIGUOUS, None, None
    if len(readings) == 1:
        variant = CERTAIN if len(first) == 1 else TOGETHER
        expected, difference = step.after, format_amount(Decimal(step.before) - Decimal(step.after))
    is_open = any(reading.open_ranges for reading in readings)
    return Violation(
        rule=rule,
        sheet=step.cell.sheet,
        cell=step.cell,
        cells=_collect_cells(readings, cause),
        variant=variant,
        facts={
            "row": str(step.cell.row),
            "cell": step.cell.address,
            "heading": field.heading,
            "label": table.get_row_label(step.cell.row),
            "value": step.before,
            "after": step.after,
            "first": format_steps(first),
            "count": str(len(readings)),
        },
        phrases=_describe_readings(readings, conditions),
        value=step.before,
        expected=expected,
        difference=difference,
        related_rules=related_rules,
        # What is listed as a repair could be taken for a figure that is known.
        repairs=() if is_open else tuple(reading.steps for reading in readings),
    )


def _find_own_violation(cause: FigureCause, steps: Repair) -> Violation | None:
    """Return the gravest violation that points at the only cell of a repair, or None if there is none."""
    violations = [violation for violation in cause.violations if violation.cell == steps[0].cell]
    if len(steps) != 1 or not violations:
        return None
    return min(violations, key=lambda violation: (_get_severity_rank(violation.rule), violation.rule.id))


def _add_repair(violation: Violation, step: RepairStep, cause: FigureCause) -> Violation:
    """Return the violation of a row with the figure that is right, and with all rules that the cell violates."""
    rules = {violation.rule.id, *violation.related_rules}
    for constraint in cause.constraints:
        if constraint.contains(step.cell):
            rules.add(constraint.rule_id)
    return replace(
        violation,
        facts={**violation.facts, "after": step.after},
        remedy_key=CERTAIN,
        value=violation.value or step.before,
        expected=step.after,
        difference=format_amount(Decimal(step.before) - Decimal(step.after)),
        related_rules=tuple(sorted(rules - {violation.rule.id})),
        repairs=((step,),),
    )


def _find_field(conditions: FigureConditions, cell: CellRef) -> tuple[Table, Field]:
    """Return the table and the column of a cell."""
    for table in conditions.tables_by_sheet[cell.sheet]:
        for name, column in table.columns.items():
            if column == cell.column and _has_row(table, cell.row):
                return table, table.form.get_field(name)
    raise ValueError(f"expected a cell of a table, got {cell!r}")


def _has_row(table: Table, row: int) -> bool:
    return row in table.body[ROW].to_list() or row in table.totals[ROW].to_list()


def _select_rules(
    cause: FigureCause, conditions: FigureConditions, readings: Sequence[_Reading]
) -> tuple[Rule, tuple[str, ...]]:
    """Return the gravest rule that the first cell violates, and the other rules that the changed cells violate."""
    changed_cells = set(_list_changed_cells(readings))
    first_cell = readings[0].steps[0].cell
    rules: dict[str, Rule] = {}
    related: set[str] = set()
    for constraint in cause.constraints:
        if changed_cells.isdisjoint(constraint.cells):
            continue
        related.add(constraint.rule_id)
        if constraint.contains(first_cell):
            rules[constraint.rule_id] = _find_rule(conditions, constraint)
    reported_rules = {violation.rule.id: violation.rule for violation in cause.violations}
    if not rules and not reported_rules:
        # The cell is in none of the conditions: formulas calculate what is in them from it.
        rules = {constraint.rule_id: _find_rule(conditions, constraint) for constraint in cause.constraints}
        related.update(rules)
    candidates = (rules or reported_rules).values()
    # The rule on the row says most about it.
    rule = min(candidates, key=lambda rule: (_get_severity_rank(rule), rule.id not in reported_rules, rule.id))
    return rule, tuple(sorted(related - {rule.id}))


def _find_rule(conditions: FigureConditions, constraint: FigureConstraint) -> Rule:
    """Return the rule that a condition was made from."""
    sum_constraint = conditions.sums.get(constraint)
    if sum_constraint is not None:
        return sum_constraint.rule
    tables = conditions.tables_by_sheet[constraint.target.sheet]
    return next(rule for table in tables for rule in table.form.rules if rule.id == constraint.rule_id)


def _get_severity_rank(rule: Rule) -> int:
    return Severity(rule.severity).rank


def _list_changed_cells(readings: Iterable[_Reading]) -> list[CellRef]:
    return [step.cell for reading in readings for step in reading.steps]


def _collect_cells(readings: Sequence[_Reading], cause: FigureCause) -> tuple[CellRef, ...]:
    """Return the changed cells, then the other cells of their rows that the violated conditions relate to them."""
    cells = dict.fromkeys(_list_changed_cells(readings))
    rows = {(cell.sheet, cell.row) for cell in cells}
    for constraint in cause.constraints:
        for cell in constraint.cells:
            if (cell.sheet, cell.row) in rows:
                cells[cell] = None
    return tuple(cells)


def _describe_readings(readings: Sequence[_Reading], conditions: FigureConditions) -> dict[str, tuple[Phrase, ...]]:
    """Return a phrase for each of the first readings, if there are several."""
    if len(readings) == 1:
        return {}
    phrases: list[Phrase] = []
    for number, reading in enumerate(readings[:_MAX_READINGS], start=1):
        steps = "，".join(_format_step(step, reading, conditions) for step in reading.steps)
        phrases.append(Phrase("reading", {"number": str(number), "steps": steps}))
    return {"readings": tuple(phrases)}


def _format_step(step: RepairStep, reading: _Reading, conditions: FigureConditions) -> str:
    """Return a step with the heading of its column; a figure that is not certain is left out."""
    _, field = _find_field(conditions, step.cell)
    text = f"{step.cell.sheet}!{step.cell.address}（{field.heading}）{step.before}"
    if step.cell in reading.open_ranges:
        return text
    return f"{text}→{step.after}"
