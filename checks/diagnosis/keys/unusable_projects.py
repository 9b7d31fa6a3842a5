"""A project number of the summary that cannot be used: the plots say which project the row must be.

All other rules are evaluated as if the number were right, so that nothing else is told of the row's figures.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations, product
from typing import Final

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.hypothesis_testing import (
    WorkbookEvaluator,
    apply_corrections,
    build_text_content,
    get_cell_content,
)
from checks.diagnosis.keys.restored_keys import RestoredKeys
from checks.diagnosis.table_columns import find_misnamed_rows
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep, Severity
from checks.model.raw_workbook import RawWorkbook
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import join_names, list_addresses

# Every combination of projects costs an evaluation of the whole workbook.
_MAX_COMBINATIONS: Final = 6
_GROUPS_CHECK: Final = "groups_in_summary"
_DETAIL_CHECK: Final = "equals_detail"
_KEY_CHECKS: Final = ("project_code", "filled", "units_approved", "numbers_parse")

Group = tuple[str, str]
"""A project and the full name of a township."""
Projects = tuple[str, ...]
"""A project for each of several rows, or the candidates of one row."""


@dataclass(frozen=True, slots=True)
class _Candidates:
    """A row of a summary whose project number cannot be used, and the projects that it may be."""

    cell: CellRef
    township: str
    projects: Projects


def restore_projects(book: RawWorkbook, evaluation: Evaluation, evaluate: WorkbookEvaluator) -> RestoredKeys:
    """Return the workbook with the project numbers that the plots require in place of unusable ones of a summary.

    A project is required if it has plots in the township of the row, but no row. If several fit, the one that leaves
    the fewest violations is used, and all are named. A number that is only unlike the plots stays as it is if its row
    has the code of another township and its figures disagree with the plots even so: the township is what is wrong.
    """
    groups = _list_groups(evaluation.tables)
    for table in evaluation.tables:
        key_faults = _find_key_violations(table, evaluation.violations)
        faults = {**_find_rows_without_plots(table, groups, evaluation.violations), **key_faults}
        rows = list(_list_candidates(table, groups, faults))
        if rows:
            restored = _restore(book, evaluation, evaluate, rows=rows, faults=faults)
            misnamed_rows = _find_misnamed_rows_that_disagree(table, restored.evaluation.violations)
            kept_rows = [row for row in rows if row.cell in key_faults or row.cell.row not in misnamed_rows]
            if len(kept_rows) == len(rows):
                return restored
            return _restore(book, evaluation, evaluate, rows=kept_rows, faults=faults)
    return RestoredKeys(book, evaluation)


def _find_misnamed_rows_that_disagree(table: Table, violations: Sequence[Violation]) -> set[int]:
    """Return the rows with the code of another township and figures that are not the sums over their plots."""
    rows: set[int] = set()
    for violation in violations:
        if violation.rule.check == _DETAIL_CHECK and violation.sheet == table.sheet and violation.cell is not None:
            rows.add(violation.cell.row)
    return rows.intersection(find_misnamed_rows(table, violations))


def _find_key_violations(table: Table, violations: Iterable[Violation]) -> dict[CellRef, list[Violation]]:
    """Return the violations that block and are about project numbers of a summary, by cell."""
    if table.form.is_detail or PROJECT not in table.columns or TOWNSHIP_FULL not in table.body.columns:
        return {}
    faults: dict[CellRef, list[Violation]] = defaultdict(list)
    column = table.columns[PROJECT]
    for violation in violations:
        is_blocking = violation.rule.get_severity(violation.variant) == Severity.HARD
        cell = violation.cell
        if not is_blocking or cell is None or violation.rule.check not in _KEY_CHECKS:
            continue
        if cell.sheet == table.sheet and cell.column == column:
            for involved in violation.cells:
                if involved.column == column and involved.sheet == table.sheet:
                    faults[involved].append(violation)
    return faults


def _find_rows_without_plots(
    table: Table, groups: Iterable[Group], violations: Iterable[Violation]
) -> dict[CellRef, list[Violation]]:
    """Return the cells of projects that have no plots in the township of their row, while plots there have no row.

    The violations are those that the plots have no row.
    """
    if table.form.is_detail or PROJECT not in table.columns or TOWNSHIP_FULL not in table.body.columns:
        return {}
    lacking: dict[str, list[Violation]] = defaultdict(list)
    for violation in violations:
        if violation.rule.check == _GROUPS_CHECK and violation.rule.arguments["form"] == table.form.name:
            lacking[violation.facts["name"]].append(violation)
    known_groups = set(groups)
    cells: dict[CellRef, list[Violation]] = {}
    for row, project, township in table.body.select(ROW, PROJECT, TOWNSHIP_FULL).rows():
        if township in lacking and (project, township) not in known_groups:
            cells[table.get_cell_ref(PROJECT, row)] = lacking[township]
    return cells


def _list_groups(tables: Iterable[Table]) -> list[Group]:
    """Return the projects and townships that have plots, in the order of the tables."""
    groups: dict[Group, None] = {}
    for detail in tables:
        if detail.form.is_detail and PROJECT in detail.columns and TOWNSHIP_FULL in detail.body.columns:
            rows = detail.body.select(PROJECT, TOWNSHIP_FULL).drop_nulls().unique(maintain_order=True)
            groups.update(dict.fromkeys(rows.rows()))
    return list(groups)


def _list_candidates(
    table: Table, groups: Iterable[Group], faults: Mapping[CellRef, Sequence[Violation]]
) -> Iterator[_Candidates]:
    if not faults:
        return
    unusable_rows = {cell.row for cell in faults}
    known_groups = set(groups)
    usable = table.body.filter(~table.body[ROW].is_in(sorted(unusable_rows)))
    summarised = set(usable.select(PROJECT, TOWNSHIP_FULL).rows())
    projects_by_township: dict[str, list[str]] = defaultdict(list)
    for project, township in groups:
        if (project, township) not in summarised:
            projects_by_township[township].append(project)
    for row, project, township in table.body.select(ROW, PROJECT, TOWNSHIP_FULL).rows():
        is_unusable = row in unusable_rows and (project, township) not in known_groups
        if is_unusable and projects_by_township.get(township):
            yield _Candidates(table.get_cell_ref(PROJECT, row), township, tuple(projects_by_township[township]))


def _restore(
    book: RawWorkbook,
    evaluation: Evaluation,
    evaluate: WorkbookEvaluator,
    *,
    rows: Sequence[_Candidates],
    faults: Mapping[CellRef, Sequence[Violation]],
) -> RestoredKeys:
    if not rows:
        return RestoredKeys(book, evaluation)
    best: tuple[RawWorkbook, Evaluation, Projects] | None = None
    is_unique = True
    for projects in islice(_iter_combinations(rows), _MAX_COMBINATIONS):
        contents = map(build_text_content, projects)
        corrected = apply_corrections(book, dict(zip((row.cell for row in rows), contents, strict=True)))
        after = evaluate(corrected)
        if best is None or len(after.violations) < len(best[1].violations):
            best, is_unique = (corrected, after, projects), True
        elif len(after.violations) == len(best[1].violations):
            is_unique = False
    if best is None or len(best[1].violations) >= len(evaluation.violations):
        return RestoredKeys(book, evaluation)
    corrected, after, projects = best
    root_causes = _build_root_causes(book, rows, projects, faults=faults, is_unique=is_unique)
    return RestoredKeys(corrected, after, tuple(root_causes))


def _iter_combinations(rows: Sequence[_Candidates]) -> Iterator[Projects]:
    """Yield a project for each row; rows of one township have different projects."""
    choices: list[list[Projects]] = []
    positions: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        positions[row.township].append(index)
    for indices in positions.values():
        projects = rows[indices[0]].projects
        if len(projects) < len(indices):
            projects = (*projects, *(projects[-1:] * (len(indices) - len(projects))))
        choices.append(list(dict.fromkeys(permutations(projects, len(indices)))))
    order = [index for indices in positions.values() for index in indices]
    for combination in product(*choices):
        flat = [project for projects in combination for project in projects]
        yield tuple(project for _, project in sorted(zip(order, flat, strict=True)))


def _build_root_causes(
    book: RawWorkbook,
    rows: Sequence[_Candidates],
    projects: Projects,
    *,
    faults: Mapping[CellRef, Sequence[Violation]],
    is_unique: bool,
) -> Iterator[Violation]:
    """Yield one violation for all rows with the same unusable text."""
    rows_by_text: dict[str, list[tuple[_Candidates, str]]] = defaultdict(list)
    for row, project in zip(rows, projects, strict=True):
        text, _ = get_cell_content(book, row.cell)
        rows_by_text[(text or "").strip()].append((row, project))
    for text, restored in rows_by_text.items():
        faults_of_rows = [violation for row, _ in restored for violation in faults[row.cell]]
        yield _build_root_cause(text, restored, faults_of_rows, is_unique=is_unique)


def _build_root_cause(
    text: str, restored: Sequence[tuple[_Candidates, str]], faults: Sequence[Violation], *, is_unique: bool
) -> Violation:
    cells = tuple(row.cell for row, _ in restored)
    steps = tuple(RepairStep(row.cell, text, project) for row, project in restored)
    first = cells[0]
    facts = {
        "cell": first.address,
        "value": text,
        "places": join_names(list_addresses(cells)),
        "count": str(len(cells)),
        "names": join_names(list(dict.fromkeys(row.township for row, _ in restored))),
        "near": join_names([f"{step.cell.address} {step.after}" for step in steps]),
    }
    root_cause = replace(
        merge_into(faults[0], faults[1:]),
        sheet=first.sheet,
        cell=first,
        cells=cells,
        variant=_choose_variant(text, faults[0], is_unique=is_unique),
        facts={**faults[0].facts, **facts},
        value=text or None,
        expected=None,
        repairs=(),
        similar_rows=0,
        remedy_key="",
    )
    if not is_unique:
        return root_cause
    expected = "、".join(dict.fromkeys(step.after for step in steps))
    return replace(root_cause, expected=expected, repairs=(steps,))


def _choose_variant(text: str, fault: Violation, *, is_unique: bool) -> str:
    kind = "key_unusable"
    if not text:
        kind = "key_blank"
    elif fault.rule.check == _GROUPS_CHECK:
        kind = "key_unlike"
    if is_unique:
        return kind
    return f"{kind}_either"
