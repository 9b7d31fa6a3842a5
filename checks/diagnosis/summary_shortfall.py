"""What the figures of the summary have more, or less, than the plots that they are made of."""

from decimal import Decimal

import polars as pl

from checks.diagnosis.evaluation import Verdict
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import Stated

_CENT = Decimal("0.01")
_MOST = 4  # plots alike: more of them say nothing

Place = tuple[str, str]  # project and township


def rests_on(stated: Stated, table: Table) -> bool:
    """Tell whether a figure of the summary is made of the plots of a table."""
    group = stated.rests_on
    return stated.rule.check == "equals_detail" and group is not None and group.form == table.form.name


def place_of(stated: Stated) -> Place:
    """Return the project and township of such a figure."""
    group = stated.rests_on
    return (group.project or "", group.township or "") if group else ("", "")


def lack(stated: Stated, verdict: Verdict) -> Decimal:
    """Return by how much a figure of the summary exceeds its plots."""
    seen = verdict.values.get(stated.anchor)
    return Decimal(0) if seen is None else seen - stated.relation.constant


def plots_making_up(table: Table, stated: Stated, place: Place, due: Decimal) -> list[int]:
    """Return the rows of the plots of a place of which each makes up an amount alone."""
    wanted = next(one for one in stated.rule.arguments["sums"] if one["column"] == stated.field.name)
    times, over = map(Decimal, wanted["per"])
    here = table.body.filter((pl.col(PROJECT) == place[0]) & (pl.col(TOWNSHIP_FULL) == place[1]))
    amounts = here.select(ROW, wanted["amount"]).drop_nulls().rows()
    found = [row for row, amount in amounts if abs(amount * times / over - due) <= _CENT]
    return found if len(found) <= _MOST else []
