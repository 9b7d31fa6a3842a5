"""Which figures moved from one version of a submission to another."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import Figure, Report


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure: where it stands in the newer version (in the older one, where it is gone), before and after."""

    place: str
    before: str
    after: str


def figures_moved(before: Report, after: Report | None) -> Iterator[Moved]:
    """Give the figures that are new, other than they were, or gone; amounts as written, empty where there is none."""
    old = {_what(one): one for one in before.figures}
    new = {_what(one): one for one in after.figures} if after else {}
    for what, one in new.items():
        was = old.get(what)
        if was is None or Decimal(was.amount) != Decimal(one.amount):
            yield Moved(_place(one), was.amount if was else "", one.amount)
    for what, one in old.items():
        if after is not None and what not in new:
            yield Moved(_place(one), one.amount, "")


def _what(one: Figure) -> tuple[object, ...]:
    return one.form, one.township, one.column, one.year


def _place(one: Figure) -> str:
    return f"{one.sheet}!{one.cell}"
