"""Projects and townships that were on file last year and are missing this year. (phase: across years)"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle, repeat

from checks.model.filing_history import FilingHistory
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import build_violation_at, join_names
from contracts.form_model import Rule

RowGroup = tuple[str, str]
"""Project and township of a row; the project is empty in a form without projects."""


def check_kept_since_last_year(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each project, and each township of a project that is still there, with figures last year and no row now.

    Townships go by their present names. One that is missing in the form named by *unless_missing_in* as well is
    reported there. One that still has plots lost its row only, which other rules report. Where nothing is on file,
    nothing can be missing.
    """
    table, history = subject.table, subject.history
    if table is None or history is None or history.figures is None:
        return
    present = _list_groups(table)
    missing = [group for group in _list_filed_groups(subject, table, history) if group not in present]
    missing = _drop_reported_elsewhere(subject, rule, missing)
    if missing:
        groups_with_plots = _list_groups_with_plots(subject)
        missing = [group for group in missing if group not in groups_with_plots]
    projects = {project for project, _ in present}
    townships_by_project: defaultdict[str, list[str]] = defaultdict(list)
    for project, township in missing:
        townships_by_project[project].append(township)
    # Each finding needs a cell of its own: they are beside each other in the row where the missing rows belong.
    columns = cycle(table.columns)
    for project, townships in townships_by_project.items():
        if project and project not in projects:
            yield _build_violation(table, rule, next(columns), history, project=project, townships=townships)
            continue
        for township in townships:
            yield _build_violation(table, rule, next(columns), history, project=project, townships=[township])


def _list_groups(table: Table) -> set[RowGroup]:
    keys = [key for key in (PROJECT, TOWNSHIP_FULL) if key in table.body.columns]
    return {
        (str(row.get(PROJECT) or ""), str(row.get(TOWNSHIP_FULL) or ""))
        for row in table.body.select(keys).unique(maintain_order=True).iter_rows(named=True)
    }


def _list_filed_groups(subject: FormUnderCheck, table: Table, history: FilingHistory) -> list[RowGroup]:
    """Return the rows of last year's filing under present names; a total row belongs to no group.

    A township that was split is there as long as one of its successors has a row.
    """
    present = _list_groups(table)
    groups: dict[RowGroup, None] = {}
    for form, project, township, _ in history.figures or {}:
        if form != table.form.name or not (project or township):
            continue
        names = _list_present_names(subject, township)
        present_groups = list(zip(repeat(project), names, strict=False))
        if len(names) == 1 or present.isdisjoint(present_groups):
            groups.update(dict.fromkeys(present_groups))
    return list(groups)


def _list_present_names(subject: FormUnderCheck, township: str) -> tuple[str, ...]:
    if subject.county is None or not township:
        return (township,)
    successors = subject.county.find_successors(township)
    names = subject.county.resolve_township(township)
    return names if successors == (township,) and len(names) == 1 else successors


def _drop_reported_elsewhere(subject: FormUnderCheck, rule: Rule, missing: list[RowGroup]) -> list[RowGroup]:
    other = subject.tables.get(rule.arguments.get("unless_missing_in", ""))
    if other is None:
        return missing
    townships = {township for _, township in _list_groups(other)}
    return [(project, township) for project, township in missing if township in townships]


def _list_groups_with_plots(subject: FormUnderCheck) -> set[RowGroup]:
    groups: set[RowGroup] = set()
    for table in subject.tables.values():
        if table.form.is_detail:
            groups |= _list_groups(table)
    return groups


def _build_violation(
    table: Table, rule: Rule, column: str, history: FilingHistory, *, project: str, townships: list[str]
) -> Violation:
    places = [history.get_place(table.form.name, project, township) for township in townships]
    variant = "project" if len(townships) > 1 or _is_project_missing(table, project) else "township"
    facts = {
        "project": project,
        "townships": join_names(townships),
        "last": str(history.year),
        "place": join_names(list(filter(None, places))) or table.form.title,
    }
    value = project if variant == "project" else "".join(townships)
    return build_violation_at(
        table, rule, column, row=_find_row_below(table), value=value, variant=variant, related_cells=(), **facts
    )


def _is_project_missing(table: Table, project: str) -> bool:
    return bool(project) and project not in {known for known, _ in _list_groups(table)}


def _find_row_below(table: Table) -> int:
    if table.body.height:
        return int(table.body[ROW][-1]) + 1
    return table.header_row + 1
