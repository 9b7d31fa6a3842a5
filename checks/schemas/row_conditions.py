"""The row rules of a form compiled to polars expressions, one per rule, column and variant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from checks.rules.registry import ROW_CHECKS
from contracts.form_model import Field, Form, Rule


@dataclass(frozen=True, slots=True)
class RowCondition:
    """What one variant of a rule requires of one column.

    *expression* is true for a valid row and null for a row that cannot be judged. *precheck* accepts a whole table at
    little cost; it gets the columns of the expression. *depends_on_other_rows* says that a row can be judged only
    beside the other rows of its table.
    """

    field: Field
    rule: Rule
    variant: str
    expression: pl.Expr
    depends_on_other_rows: bool = False
    precheck: Callable[[pl.DataFrame], bool] | None = None

    @property
    def name(self) -> str:
        """The name of the condition in schemas and reports: rule, column and, if there are several, variant."""
        parts = [self.rule.id, self.field.name, self.variant]
        return ":".join(filter(None, parts))

    @property
    def fast_expression(self) -> pl.Expr:
        """The same condition; a table that passes the precheck is not compared row by row."""
        if self.precheck is None:
            return self.expression
        columns = list(dict.fromkeys(self.expression.meta.root_names()))
        return pl.struct(columns).map_batches(self._evaluate_after_precheck, return_dtype=pl.Boolean)

    def _evaluate_after_precheck(self, rows: pl.Series) -> pl.Series:
        frame = rows.struct.unnest()
        if self.precheck is not None and self.precheck(frame):
            return pl.repeat(True, frame.height, eager=True)  # noqa: FBT003 - the value repeated
        return frame.select(self.expression).to_series()


def compile_row_conditions(form: Form, rules: Sequence[Rule]) -> tuple[RowCondition, ...]:
    """Compile those of *rules* that are row rules, in the order of the form's columns.

    A rule over several columns is attached to one of them, the cell that a finding will point at.
    """
    positions = {field.name: position for position, field in enumerate(form.fields)}
    conditions = _iter_conditions(form, rules)
    return tuple(sorted(conditions, key=lambda condition: positions[condition.field.name]))


def _iter_conditions(form: Form, rules: Sequence[Rule]) -> Iterator[RowCondition]:
    for rule in rules:
        check = ROW_CHECKS.get(rule.check)
        if check is None:
            continue
        for field in check.get_anchor_fields(form, rule):
            for variant, expression in check.build_conditions(field, rule).items():
                yield RowCondition(field, rule, variant, expression, check.depends_on_other_rows, check.precheck)
