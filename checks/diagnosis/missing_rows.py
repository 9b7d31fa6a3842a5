"""A row that a table lost, or that its total does not count: every total is off by that row, and that is one cause.

What a row explains must agree with it everywhere: in all totals of its table, in what holds within a row, and in the
sums of the other tables that rest on it. Where it does not, nothing is joined.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from checks.diagnosis.finding_grouping import merge_into
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.table import ROW, Table
from checks.rules.project_rules import PROJECTS_FORM
from checks.rules.sum_rules import SumConstraint
from checks.rules.violation_builder import format_value, join_names

LOST_VARIANT, UNCOUNTED_VARIANT, SHORT_VARIANT = "lost", "uncounted", "short"
_TOTAL_CHECKS = ("column_total", "detail_total")
_ROW_SUM_CHECKS = ("row_sum", "row_sums")
_WHOLE_TABLE_CHECKS = (  # what a table says as a whole: with a row less it says something else
    "adjustment_ratio",
    "growth_at_least",
    "project_balance",
    "project_compare",
    "share_of_total",
    "shares_close",
)
_MISSING_REFERENCE_VARIANTS = (  # what another table names and this one does not have
    ("groups_in_summary", "summary"),
    ("accepted_before_counted", "unknown"),
    ("projects_listed", "listed"),
    ("units_approved", "project"),
)
_MIN_SHARE_OF_COLUMNS = 2 / 3  # of the columns: the missing row may have a 0 where all others have none
_ROUNDING_TOLERANCE = Decimal("0.01")
_MIN_TOTALS_OFF = 2  # that are off: a single one may as well be a slip of its own
_MIN_INDEPENDENT_TOTALS_OFF = 3  # where no rule ties the columns of a row together

AmountsByCell = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRowDiagnosis:
    """A cause found in the rows of one table: the sums and offences that follow from it are told with *head*."""

    root_cause: Violation
    merged_sums: tuple[SumConstraint, ...]
    merged_violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _TotalGaps:
    """The totals of a table that do not hold, and by how much each exceeds its rows, by field; 0 where it holds."""

    table: Table
    violated_totals: tuple[SumConstraint, ...]
    gap_by_field: Mapping[str, Decimal]


def find_missing_rows(
    tables: Iterable[Table],
    violations: Sequence[Violation],
    sum_constraints: Sequence[SumConstraint],
    values: AmountsByCell,
) -> list[MissingRowDiagnosis]:
    """Return what a lost or uncounted row explains, table by table; *stated* holds every sum, the broken ones too."""
    gaps = {id(one): _compute_gap(one, values) for one in sum_constraints}
    broken = [one for one in sum_constraints if abs(gaps[id(one)]) > one.linear_constraint.tolerance]
    found = (
        _diagnose_table(one, violations, sum_constraints, broken, gaps) for one in tables if one.total_row is not None
    )
    return [one for one in found if one is not None]


def _compute_gap(sum_constraint: SumConstraint, values: AmountsByCell) -> Decimal:
    """Return by how much the cell that is the sum exceeds what it should be; nothing where a figure is missing."""
    terms = sum_constraint.linear_constraint.terms
    if not all(term.cell in values for term in terms):
        return Decimal(0)
    sign = next(term.sign for term in terms if term.cell == sum_constraint.anchor)
    return sign * (
        sum((term.sign * values[term.cell] for term in terms), Decimal(0)) - sum_constraint.linear_constraint.constant
    )


def _diagnose_table(
    table: Table,
    violations: Sequence[Violation],
    sum_constraints: Sequence[SumConstraint],
    violated_sums: Sequence[SumConstraint],
    gaps: Mapping[int, Decimal],
) -> MissingRowDiagnosis | None:
    own = [one for one in sum_constraints if one.table is table and one.row == table.total_row]
    by = {one.field.name: gaps[id(one)] for one in own if one.rule.check in _TOTAL_CHECKS}
    wrong = [one for one in violated_sums if one.table is table and one.row == table.total_row]
    totals = tuple(one for one in wrong if one.rule.check in _TOTAL_CHECKS)
    if not totals:
        return None
    off = _TotalGaps(table=table, violated_totals=totals, gap_by_field=by)
    rows = _find_uncounted_rows(off) if len(totals) >= _MIN_TOTALS_OFF else []
    if rows:
        return _diagnose_uncounted_rows(off, rows, violated_sums, gaps)
    agrees = _can_be_missing_row(off) and not any(one.rule.check in _ROW_SUM_CHECKS for one in wrong)
    return _diagnose_lost_row(off, violations, violated_sums, gaps) if agrees else None


def _has_enough_totals_off(total_gaps: _TotalGaps, min_totals: int) -> bool:
    """Tell whether enough totals are off for a row to be why; where a plan names the rows, none is lost unnoticed."""
    known = any(rule.check == "townships_as_planned" for rule in total_gaps.table.form.rules)
    return len(total_gaps.violated_totals) >= min_totals and not known


def _can_be_missing_row(total_gaps: _TotalGaps) -> bool:
    """Tell whether what the totals exceed their rows by could be a row: more in nearly all columns without a 0."""
    filled = [name for name in total_gaps.gap_by_field if _is_always_positive(total_gaps.table, name)]
    more = sum(1 for name in filled if total_gaps.gap_by_field[name] > 0)
    if any(gap < 0 for gap in total_gaps.gap_by_field.values()) or more < _MIN_SHARE_OF_COLUMNS * len(filled):
        return False
    return all(_is_rule_consistent(total_gaps, rule.check, rule.arguments) for rule in total_gaps.table.form.rules)


def _is_always_positive(table: Table, field_name: str) -> bool:
    least = table.body[field_name].min()
    return isinstance(least, Decimal) and least > 0


def _is_rule_consistent(total_gaps: _TotalGaps, check: str, arguments: Mapping[str, Any]) -> bool:
    """Tell whether what holds within each plot holds of the missing ones too."""
    by = total_gaps.gap_by_field
    if check == "deduction":
        gross, deducted, net = (by.get(str(arguments[one]), Decimal(0)) for one in ("gross", "deducted", "net"))
        return gross - deducted == net
    if check == "converted":
        times, over = arguments["per"]
        due = by.get(str(arguments["from"]), Decimal(0)) * times / over
        return bool(
            abs(by.get(str(arguments["column"]), Decimal(0)) - due)
            <= _ROUNDING_TOLERANCE * total_gaps.table.body.height
        )
    return True


def _find_uncounted_rows(total_gaps: _TotalGaps) -> list[int]:
    """Return the one row, or the last rows, that the totals leave out."""
    if not any(total_gaps.gap_by_field.values()) or any(gap > 0 for gap in total_gaps.gap_by_field.values()):
        return []
    names = list(total_gaps.gap_by_field)
    rows = total_gaps.table.body.select(ROW, *(pl.col(name).fill_null(0) for name in names))
    alone = rows.filter(pl.all_horizontal(pl.col(name) == -total_gaps.gap_by_field[name] for name in names))[
        ROW
    ].to_list()
    below = rows.select(ROW, *(pl.col(name).cum_sum(reverse=True) for name in names))
    block = below.filter(pl.all_horizontal(pl.col(name) == -total_gaps.gap_by_field[name] for name in names))[
        ROW
    ].to_list()
    last = rows.filter(pl.col(ROW) >= block[0])[ROW].to_list() if block else []
    return alone if len(alone) == 1 else last if 0 < len(last) < rows.height else []


def _diagnose_uncounted_rows(
    total_gaps: _TotalGaps, rows: list[int], violated_sums: Sequence[SumConstraint], gaps: Mapping[int, Decimal]
) -> MissingRowDiagnosis:
    first = total_gaps.violated_totals[0]
    follow = _find_dependent_sums(
        total_gaps, violated_sums, lambda one, due: -due - _ROUNDING_TOLERANCE <= gaps[id(one)] < 0
    )
    same = [
        one for one in violated_sums if one not in total_gaps.violated_totals and _is_total_row_only(one, total_gaps)
    ]
    named = join_names([str(row) for row in rows])
    seen = {one.field.name: total_gaps.table.totals[one.field.name][0] for one in total_gaps.violated_totals}
    due = {name: amount - total_gaps.gap_by_field[name] for name, amount in seen.items()}
    steps = join_names(
        [f"{one.anchor.address}→{format_value(due[one.field.name])}" for one in total_gaps.violated_totals], 8
    )
    cells = [
        total_gaps.table.get_cell_ref(name, row)
        for row in rows[:_MAX_ROWS_WITH_CELLS]
        for name in total_gaps.gap_by_field
    ]
    head = replace(
        _build_root_cause(total_gaps, first, UNCOUNTED_VARIANT, cells, rows=named, steps=steps),
        value=format_value(seen[first.field.name]),
        expected=format_value(due[first.field.name]),
        difference=format_value(total_gaps.gap_by_field[first.field.name]),
    )
    return MissingRowDiagnosis(
        root_cause=_attach_sums(head, [*follow, *same]),
        merged_sums=(*total_gaps.violated_totals, *follow, *same),
        merged_violations=(),
    )


def _is_total_row_only(sum_constraint: SumConstraint, total_gaps: _TotalGaps) -> bool:
    """Tell whether a sum is about the total row of a table alone: it holds once the totals are those of all rows."""
    return (
        sum_constraint.table is total_gaps.table
        and sum_constraint.row == total_gaps.table.total_row
        and sum_constraint.plot_group is None
    )


_MAX_ROWS_WITH_CELLS = 20  # whose cells are named


def _diagnose_lost_row(
    total_gaps: _TotalGaps,
    violations: Sequence[Violation],
    violated_sums: Sequence[SumConstraint],
    gaps: Mapping[int, Decimal],
) -> MissingRowDiagnosis | None:
    numbers = [one for one in violations if _is_serial_gap(one, total_gaps.table)]
    if not numbers and not _has_enough_totals_off(
        total_gaps, _MIN_TOTALS_OFF if total_gaps.table.form.is_detail else _MIN_INDEPENDENT_TOTALS_OFF
    ):
        return None
    follow = _find_dependent_sums(
        total_gaps,
        violated_sums,
        lambda one, due: 0 < gaps[id(one)] <= due + _ROUNDING_TOLERANCE * max(1, len(numbers)),
    )
    if any(one not in follow and _compute_expected_gap(one, total_gaps) is not None for one in violated_sums):
        return None  # what another table lacks, or has too much, is not this row
    resting = [one for one in violations if one not in numbers and _can_follow_from_missing_row(one, total_gaps.table)]
    if numbers:
        missing = "、".join(one.facts["missing"] for one in numbers)
        count = str(len(missing.split("、")))
        head = replace(numbers[0], variant=LOST_VARIANT, remedy_key="", repairs=())
        facts = {
            **head.facts,
            "missing": missing,
            "count": count,
            "figures": _format_gaps(total_gaps),
            "title": _get_form_title(total_gaps),
        }
        head = merge_into(replace(head, facts=facts), [*numbers[1:], *resting])
    else:
        head = merge_into(_build_root_cause(total_gaps, total_gaps.violated_totals[0], SHORT_VARIANT, ()), resting)
    sums = (*total_gaps.violated_totals, *follow)
    return MissingRowDiagnosis(
        root_cause=_attach_sums(head, sums), merged_sums=sums, merged_violations=(*numbers, *resting)
    )


def _is_serial_gap(violation: Violation, table: Table) -> bool:
    return (
        violation.rule.check == "serial_numbers"
        and violation.variant in ("gap", "start")
        and violation.sheet == table.sheet
    )


def _can_follow_from_missing_row(violation: Violation, table: Table) -> bool:
    """Tell whether an offence may follow from a row that a table lost: it takes the table as a whole, or misses it."""
    arguments = violation.rule.arguments
    if violation.rule.check in _WHOLE_TABLE_CHECKS:
        return violation.sheet == table.sheet
    return (violation.rule.check, violation.variant) in _MISSING_REFERENCE_VARIANTS and arguments.get(
        "form", PROJECTS_FORM
    ) == table.form.name


def _find_dependent_sums(
    total_gaps: _TotalGaps,
    violated_sums: Sequence[SumConstraint],
    is_explained: Callable[[SumConstraint, Decimal], bool],
) -> list[SumConstraint]:
    """Return the broken sums of other tables that rest on this one and are off by no more than the row explains."""
    found = []
    for one in violated_sums:
        due = _compute_expected_gap(one, total_gaps)
        if due is not None and is_explained(one, due):
            found.append(one)
    return found


def _compute_expected_gap(sum_constraint: SumConstraint, total_gaps: _TotalGaps) -> Decimal | None:
    """Return what the missing rows would add to a sum of another table; none where it does not rest on this one."""
    rule, name = sum_constraint.rule, total_gaps.table.form.name
    if rule.check == "equals_sum_of" and rule.arguments["form"] == name:
        return abs(total_gaps.gap_by_field.get(str(rule.arguments["amount"]), Decimal(0)))
    if rule.check != "equals_detail" or sum_constraint.plot_group is None or sum_constraint.plot_group.form != name:
        return None
    wanted = next(one for one in rule.arguments["sums"] if one["column"] == sum_constraint.field.name)
    times, over = map(Decimal, wanted["per"])
    return abs(total_gaps.gap_by_field.get(str(wanted["amount"]), Decimal(0))) * times / over


def _build_root_cause(
    total_gaps: _TotalGaps, first_total: SumConstraint, variant: str, cells: Iterable[CellRef], **facts: str
) -> Violation:
    last = total_gaps.table.body[ROW].max() or total_gaps.table.header_row
    known = {
        "cell": first_total.anchor.address,
        "row": str(last),
        "figures": _format_gaps(total_gaps),
        "title": _get_form_title(total_gaps),
    }
    return Violation(
        rule=first_total.rule,
        sheet=total_gaps.table.sheet,
        cell=first_total.anchor,
        cells=tuple(dict.fromkeys((*(one.anchor for one in total_gaps.violated_totals), *cells))),
        variant=variant,
        remedy_key=f"row_{variant}",
        facts={**known, "count": str(len(total_gaps.violated_totals)), **facts},
    )


def _attach_sums(violation: Violation, sum_constraints: Sequence[SumConstraint]) -> Violation:
    also = {*violation.related_rules, *(one.rule.id for one in sum_constraints)} - {violation.rule.id}
    cells = dict.fromkeys((*violation.cells, *(one.anchor for one in sum_constraints)))
    return replace(violation, related_rules=tuple(sorted(also)), cells=tuple(cells))


def _format_gaps(total_gaps: _TotalGaps) -> str:
    return join_names(
        [
            f"“{one.field.heading}”{format_value(abs(total_gaps.gap_by_field[one.field.name]))}"
            for one in total_gaps.violated_totals
        ],
        6,
    )


def _get_form_title(total_gaps: _TotalGaps) -> str:
    return total_gaps.table.form.title
