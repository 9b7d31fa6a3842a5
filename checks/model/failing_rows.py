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
    returns its violation, or None if another row reports it.
    """

    rule: Rule
    variant: str = ""
    rows: pl.DataFrame
    build_violation: Callable[..., Violation | None]

    def get_first_violations(self, max_rows: int) -> list[Violation]:
        """Return the violations of the first *max_rows* rows."""
        violations = []
        for row in self.rows.head(max_rows).rows():
            violation = self.build_violation(*row)
            if violation is not None:
                violations.append(violation)
        return violations
