"""Rows in which a rule does not hold, kept as a frame: of many, only those that are shown are put into words."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from checks.model.violation import Violation
from contracts.form_model import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingRows:
    """The rows where one case of a rule does not hold.

    *told* makes the offence of a row from its values in *rows*, none where another row speaks for it. *counted* makes
    that of the last row where the rest is only counted; without one *told* does.
    """

    rule: Rule
    variant: str = ""
    rows: pl.DataFrame
    build_violation: Callable[..., Violation | None]
    build_count_violation: Callable[..., Violation | None] | None = None

    def get_first_violations(self, max_rows: int) -> list[Violation]:
        """Return the offences of the first *most* rows."""
        found = (self.build_violation(*row) for row in self.rows.head(max_rows).rows())
        return [one for one in found if one is not None]

    def get_last_violation(self) -> Violation | None:
        """Return the offence that stands for all that are not told."""
        return (self.build_count_violation or self.build_violation)(*self.rows.row(-1))
