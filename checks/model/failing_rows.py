"""Rows in which a rule does not hold, kept as a frame: of many, only those that are shown are put into words."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from checks.model.violation import Offence
from contracts.form_model import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Offenders:
    """The rows where one case of a rule does not hold.

    *told* makes the offence of a row from its values in *rows*, none where another row speaks for it. *counted* makes
    that of the last row where the rest is only counted; without one *told* does.
    """

    rule: Rule
    case: str = ""
    rows: pl.DataFrame
    told: Callable[..., Offence | None]
    counted: Callable[..., Offence | None] | None = None

    def first(self, most: int) -> list[Offence]:
        """Return the offences of the first *most* rows."""
        found = (self.told(*row) for row in self.rows.head(most).rows())
        return [one for one in found if one is not None]

    def last(self) -> Offence | None:
        """Return the offence that stands for all that are not told."""
        return (self.counted or self.told)(*self.rows.row(-1))
