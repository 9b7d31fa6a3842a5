"""Rows that fail a rule, kept as a frame: only the few that are reported become violations."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from checks.model.violation import Violation
from contracts.form_model import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingRows:
    """The rows that fail one variant of a rule.

    *rows* has one row per failing row; *build_violation* takes the values of such a row as positional arguments and
    returns its violation, or None if another row reports it. *build_count_violation* does the same for the last row
    when the remaining rows are only counted; without it *build_violation* is used.
    """

    rule: Rule
    variant: str = ""
    rows: pl.DataFrame
    build_violation: Callable[..., Violation | None]
    build_count_violation: Callable[..., Violation | None] | None = None

    def get_first_violations(self, max_rows: int) -> list[Violation]:
        """Return the violations of the first *max_rows* rows."""
        violations = []
        for row in self.rows.head(max_rows).rows():
            violation = self.build_violation(*row)
            if violation is not None:
                violations.append(violation)
        return violations

    def get_last_violation(self) -> Violation | None:
        """Return the violation of the last row, which stands for all rows that are not reported one by one."""
        return (self.build_count_violation or self.build_violation)(*self.rows.row(-1))
