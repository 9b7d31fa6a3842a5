"""What a changed edition of a plan changes, figure by figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.plans import Measure, Plan


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One figure that two editions have differently; an empty text where an edition has none.

    *township* is empty for the totals of a measure; *year* is None for the figure over all years.
    """

    measure: str
    township: str
    year: int | None
    before: str
    after: str


def compare_plans(before: Plan, after: Plan) -> tuple[PlanChange, ...]:
    """Return every figure that differs, in the order of the new edition."""
    changes: list[PlanChange] = []
    for measure in dict.fromkeys([*after.measures, *before.measures]):
        old, new = _list_figures(before.measures.get(measure)), _list_figures(after.measures.get(measure))
        for township, year in dict.fromkeys([*new, *old]):
            old_text, new_text = old.get((township, year), ""), new.get((township, year), "")
            if old_text != new_text:
                changes.append(PlanChange(measure, township, year, old_text, new_text))
    return tuple(changes)


def _list_figures(measure: Measure | None) -> Mapping[tuple[str, int | None], str]:
    """Return the figures of a measure by township and year."""
    if measure is None:
        return {}
    return dict(_iter_figures(measure))


def _iter_figures(measure: Measure) -> Iterator[tuple[tuple[str, int | None], str]]:
    yield ("", None), str(measure.total)
    for year, figure in measure.by_year.items():
        yield ("", year), str(figure)
    for township, figures in measure.townships.items():
        yield (township, None), str(measure.totals_by_township[township])
        for year, figure in figures.items():
            yield (township, year), str(figure)
