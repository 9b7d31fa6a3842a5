"""A version that holds far less than the version that it replaces. (phase: across years)"""

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from checks.model.violation import Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL
from checks.rules.violation_builder import join_names
from contracts.form_model import Role, Rule

_MAX_NAMES = 5


def check_kept_since_last_version(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report, once on the cover, a version without *percent* or more of the earlier projects, townships or plots.

    All that is missing is named, whichever of the three fell so far.
    """
    earlier = subject.history.earlier_version if subject.history else None
    entry = next(iter(subject.cover.entries.get("version", ())), None)
    if earlier is None or entry is None:
        return
    kept: dict[str, tuple[Sequence[str], set[str]]] = {"projects": (earlier.projects, _list_values(subject, PROJECT))}
    kept["townships"] = (earlier.townships, _list_values(subject, TOWNSHIP_FULL))
    for form, plots in earlier.plots.items():
        kept[form] = (plots, _list_plots(subject, form))
    if not any(_has_shrunk(before, now, int(rule.arguments["percent"])) for before, now in kept.values()):
        return
    lost = {name: _list_missing(before, now) for name, (before, now) in kept.items()}
    lost_plots = [plot for form in earlier.plots for plot in lost[form]]
    facts = {
        "earlier": str(earlier.version),
        "projects": _format_missing(lost["projects"]),
        "townships": _format_missing(lost["townships"]),
        "plots": _format_missing(lost_plots),
        "cell": entry.cell.address,
    }
    cell = entry.cell
    yield Violation(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), facts=facts, value=entry.text)


def _list_missing(before: Sequence[str], now: set[str]) -> list[str]:
    return [name for name in before if name not in now]


def _has_shrunk(before: Collection[str], now: Collection[str], percent: int) -> bool:
    """Tell whether there are fewer than before, and so many of the earlier ones are missing."""
    missing_count = len(set(before) - set(now))
    return missing_count > 0 and len(now) < len(before) and missing_count * 100 >= len(before) * percent


def _list_values(subject: FormUnderCheck, column: str) -> set[str]:
    values: set[str] = set()
    for table in subject.tables.values():
        if not table.form.is_detail and column in table.body.columns:
            values.update(table.body[column].drop_nulls())
    return values


def _list_plots(subject: FormUnderCheck, form: str) -> set[str]:
    table = subject.tables.get(form)
    if table is None:
        return set()
    column = next(field.name for field in table.form.get_fields_by_role(Role.PLOT))
    return set(table.body.select(pl.col(column).drop_nulls()).to_series())


def _format_missing(names: list[str]) -> str:
    """Return the number of names and the first of them; 0 if there are none."""
    if not names:
        return "0"
    return f"{len(names)}（{join_names(names, _MAX_NAMES)}）"
