"""Last year's filing under the townships of this year's register: renamed, merged or split. (phase: across years)"""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import FigureKey, FilingHistory
from checks.rules.violation_builder import join_names
from contracts.registers import County
from contracts.successions import SPLIT


def follow_successions(history: FilingHistory, county: County | None) -> FilingHistory:
    """Return last year's figures under the present names of their townships.

    A township that was merged brings its figures to its successor, which has the sum of its predecessors. How a
    township that was split divided its figures is not known: they stay under its old name, unless a part of it kept
    that name.
    """
    if county is None or not county.successions or history.figures is None:
        return history
    amounts: defaultdict[FigureKey, Decimal] = defaultdict(Decimal)
    for (form, project, township, column), amount in history.figures.items():
        if not is_part_of_split(county, township):
            amounts[form, project, _get_successor(county, township), column] += amount
    places: dict[tuple[str, str, str], str] = {}
    for (form, project, township), place in history.places.items():
        key = (form, project, _get_successor(county, township))
        places[key] = join_names([places[key], place]) if key in places else place
    return replace(history, figures=dict(amounts), places=places)


def _get_successor(county: County, township: str) -> str:
    successors = county.find_successors(township)
    return successors[0] if len(successors) == 1 else township


def is_part_of_split(county: County | None, township: str) -> bool:
    """Return whether a present township is a part of one that was split: last year's figures of it are not known."""
    successions = county.successions if county is not None else ()
    return any(succession.kind == SPLIT and township in succession.successors for succession in successions)
