"""Codes or names that stand in the wrong rows: in another order, each of them fits its row."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import CellContent, Hypothesis, build_text_content
from checks.diagnosis.table_columns import find_code_column, find_township_column, list_rules
from checks.model.cell_ref import format_range
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.project_rules import PROJECTS_FORM
from checks.rules.violation_builder import join_names
from contracts.registers import County

_REORDERED_VARIANT = "column_reordered"
_MIN_MISNAMED_ROWS = 3
_MIN_ROWS = 2
_MAX_PROJECTS = 50

Texts = Mapping[int, str]
"""The text that a column should hold, by row."""


def propose_key_orders(evaluation: Evaluation, county: County | None) -> Iterator[list[Hypothesis]]:
    """Yield rival hypotheses that one of two related columns was sorted or shifted by itself."""
    tables_by_form = {table.form.name: table for table in evaluation.tables}
    for table in evaluation.tables:
        for code_column, name_column, names in _list_named_codes(table, county):
            yield list(_propose_named_orders(table, code_column, name_column, names))
        for code_column, parent_column in _list_nested_codes(table):
            yield list(_propose_nested_orders(table, code_column, parent_column))
    projects = tables_by_form.get(PROJECTS_FORM)
    if projects is not None:
        yield list(_propose_project_orders(projects, _map_townships(evaluation.tables)))


def _list_named_codes(table: Table, county: County | None) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield the columns of codes with the columns of their names, and the name of each code."""
    name_column, code_column = find_township_column(table), find_code_column(table)
    if name_column is not None and code_column is not None and county is not None:
        yield code_column, name_column, county.townships
    for rule in list_rules(table, "label_agrees"):
        for code, name in rule.arguments["pairs"]:
            if code in table.columns and name in table.columns:
                yield code, name, table.form.get_field(code).labels


def _propose_named_orders(
    table: Table, code_column: str, name_column: str, names: Mapping[str, str]
) -> Iterator[Hypothesis]:
    """Yield the hypotheses that codes, or their names, should stand in another order."""
    codes = dict(zip(names.values(), names, strict=True))
    written_column = name_column
    if name_column == find_township_column(table):
        written_column = TOWNSHIP_FULL
    new_codes: dict[int, str] = {}
    new_names: dict[int, str] = {}
    for row, code, name in table.body.select(ROW, code_column, written_column).rows():
        if names.get(code) != name and name in codes and code in names:
            new_codes[row], new_names[row] = codes[name], names[code]
    if len(new_codes) >= _MIN_MISNAMED_ROWS:
        yield from _propose_reordering(table, code_column, new_codes)
        yield from _propose_reordering(table, name_column, new_names)


def _list_nested_codes(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the columns of codes that begin with the code of another column, with that column."""
    for rule in list_rules(table, "codes_nested"):
        for code, parent in rule.arguments["pairs"]:
            if code in table.columns and parent in table.columns:
                yield code, parent


def _propose_nested_orders(table: Table, code_column: str, parent_column: str) -> Iterator[Hypothesis]:
    """Yield the hypotheses that the codes, or those that they begin with, should stand in another order.

    Several codes may begin alike: which of them belongs to a row is then taken as it comes.
    """
    rows = table.body.select(ROW, code_column, parent_column).drop_nulls().rows()
    unlike = [(row, code, parent) for row, code, parent in rows if not code.startswith(parent)]
    if len(unlike) < _MIN_MISNAMED_ROWS:
        return
    yield from _propose_reordering(table, parent_column, {row: code[: len(parent)] for row, code, parent in unlike})
    pool = list(map(itemgetter(1), unlike))
    new_codes: dict[int, str] = {}
    for row, _, parent in unlike:
        fitting = next((code for code in pool if code.startswith(parent)), None)
        if fitting is None:
            return
        pool.remove(fitting)
        new_codes[row] = fitting
    yield from _propose_reordering(table, code_column, new_codes, is_exact=False)


def _map_townships(tables: Iterable[Table]) -> dict[str, set[str]]:
    """Return the townships of each project in the tables of summaries."""
    townships: dict[str, set[str]] = defaultdict(set)
    for table in tables:
        if PROJECT in table.columns and TOWNSHIP_FULL in table.body.columns and not table.form.is_detail:
            for project, township in table.body.select(PROJECT, TOWNSHIP_FULL).drop_nulls().rows():
                townships[project].add(township)
    return townships


def _propose_project_orders(projects: Table, townships: Mapping[str, set[str]]) -> Iterator[Hypothesis]:
    """Yield the hypotheses that the numbers of projects, or their approved units, should stand in another order."""
    unit_rules = list_rules(projects, "units_known")
    if (
        not unit_rules
        or unit_rules[0].arguments["column"] not in projects.columns
        or projects.body.height > _MAX_PROJECTS
    ):
        return
    unit_column = str(unit_rules[0].arguments["column"])
    rows = projects.body.select(ROW, PROJECT, unit_column).drop_nulls().rows()
    new_numbers: dict[int, str] = {}
    new_units: dict[int, str] = {}
    for row, number, units in rows:
        fitting_numbers = [other for _, other, _ in rows if townships.get(other, set()) <= set(units.split("、"))]
        fitting_units = [other for _, _, other in rows if townships.get(number, set()) <= set(other.split("、"))]
        if len(fitting_numbers) != 1 or len(fitting_units) != 1:
            return
        new_numbers[row], new_units[row] = fitting_numbers[0], fitting_units[0]
    yield from _propose_reordering(projects, PROJECT, new_numbers)
    yield from _propose_reordering(projects, unit_column, new_units)


def _propose_reordering(table: Table, column: str, texts: Texts, *, is_exact: bool = True) -> Iterator[Hypothesis]:
    """Yield the hypothesis that a column should hold *texts*, if these are its own texts in another order.

    Unless it *is_exact*, only that another order fits is known, not which one.
    """
    before = dict(zip(texts, map(partial(table.get_stripped_text, column), texts), strict=True))
    changed = dict(texts.items() - before.items())
    if len(changed) < _MIN_ROWS or Counter(texts.values()) != Counter(before.values()):
        return
    yield _build_hypothesis(table, column, changed, is_exact=is_exact)


def _build_hypothesis(table: Table, column: str, texts: Texts, *, is_exact: bool) -> Hypothesis:
    rows: Sequence[int] = sorted(texts)
    cells = list(map(partial(table.get_cell_ref, column), rows))
    contents: list[CellContent] = list(map(build_text_content, map(texts.__getitem__, rows)))
    position = table.columns[column]
    facts = {
        "title": table.form.title,
        "headings": table.form.get_field(column).heading,
        "area": format_range((rows[0], position), (rows[-1], position)),
        "count": str(len(rows)),
        "rows": join_names(list(map(str, rows))),
    }
    return Hypothesis(
        variant=_REORDERED_VARIANT,
        cell=cells[0],
        corrections=dict(zip(cells, contents, strict=True)),
        facts=facts,
        highlight=tuple(cells),
        min_explained=1,
        has_correction=is_exact,
    )
