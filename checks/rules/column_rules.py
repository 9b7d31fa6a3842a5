"""Rules on a whole column, or on a column against the register of divisions. (phase: table)"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.failing_rows import FailingRows
from checks.model.violation import Violation
from checks.parsing.short_columns import is_short
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.row_rules import ROWS_VARIANT
from checks.rules.violation_builder import (
    build_violation_at,
    format_value,
    join_addresses,
    join_names,
    list_addresses,
    list_column_cells,
)
from contracts.form_model import Field, Role, Rule

# One violation points at no more cells than this.
_MAX_CELLS_POINTED_AT = 200
# Any two rows make a run of one step.
_MIN_RUN_ROWS = 2


def check_not_dragged(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a column that changes by the same step row after row, as dragging the fill handle leaves it."""
    table = subject.table
    if table is None:
        return
    for column in rule.arguments["columns"]:
        if column in table.columns:
            yield from _find_runs(table, rule, column)


def _has_run(amounts: pl.Series, min_rows: int) -> bool:
    """Tell cheaply whether any *min_rows* rows change by the same step, since hardly any table has such a run."""
    if len(amounts) < min_rows:
        return False
    if is_short(len(amounts)):
        return _has_run_of_steps(amounts.to_list(), min_rows)
    steps = amounts.diff()
    is_same_step = ((steps == steps.shift()) & (steps != 0)).fill_null(value=False)
    is_run = is_same_step
    for offset in range(1, min_rows - 2):
        is_run &= is_same_step.shift(offset, fill_value=False)
    return bool(is_run.any())


def _has_run_of_steps(amounts: Sequence[Decimal | None], min_rows: int) -> bool:
    previous_step: Decimal | None = None
    repeated = 0
    for before, amount in pairwise(amounts):
        step = None if before is None or amount is None else amount - before
        repeated = repeated + 1 if step and step == previous_step else 0
        previous_step = step
        if repeated >= min_rows - 2:
            return True
    return False


def _find_runs(table: Table, rule: Rule, column: str) -> Iterator[Violation]:
    min_rows = rule.arguments["rows"]
    if min_rows > _MIN_RUN_ROWS and not _has_run(table.body[column], min_rows):
        return
    runs = (
        table.body.select(ROW, column, pl.col(column).diff().alias("step"))
        .with_columns(pl.col("step").rle_id().alias("run"))
        .filter(pl.col("step") != 0)
        .group_by("run", maintain_order=True)
        .agg(pl.col(ROW).first(), pl.col(ROW).last().alias("last"), pl.col("step").first(), pl.len().alias("steps"))
        .filter(pl.col("steps") >= min_rows - 1)
    )
    for _, row, last_row, step, step_count in runs.rows():
        # The step into the first row starts from the row above it.
        cells = list_column_cells(table, column, (row - 1, row, last_row))
        facts = {"step": format_value(step), "last": str(last_row), "count": str(step_count + 1)}
        yield build_violation_at(table, rule, column, row=row, related_cells=cells, **facts)


def check_township_code(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Report a township code that the county does not have, or that belongs to another township's name."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    code = pl.col(rule.arguments["column"])
    expected_name = code.replace_strict(dict(county.townships), default=None, return_dtype=pl.String)
    coded_rows = table.body.select(ROW, code, TOWNSHIP_FULL, expected_name.alias("expected_name"))
    coded_rows = coded_rows.filter(code.is_not_null())
    is_unknown = pl.col("expected_name").is_null()
    is_other_name = pl.col("expected_name") != pl.col(TOWNSHIP_FULL)
    yield _build_township_code_failures(subject, table, rule, rows=coded_rows.filter(is_other_name), variant="")
    yield _build_township_code_failures(subject, table, rule, rows=coded_rows.filter(is_unknown), variant="unknown")


def _build_township_code_failures(
    subject: FormUnderCheck, table: Table, rule: Rule, *, rows: pl.DataFrame, variant: str
) -> FailingRows:
    column = rule.arguments["column"]
    township = subject.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    register = subject.submission.register
    system = f"{register.system} {register.edition}"

    def build_violation(row: int, code: str, full_name: str | None, expected_name: str | None) -> Violation:
        cells = (table.get_cell_ref(township, row),)
        facts = {"due": expected_name or "", "name": full_name or "", "system": system}
        return build_violation_at(
            table, rule, column, row=row, value=code, related_cells=cells, variant=variant, **facts
        )

    return FailingRows(rule=rule, variant=variant, rows=rows, build_violation=build_violation)


def check_township_unambiguous(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Report a short name that stands for several townships of the county, once for all rows that use it."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column = rule.arguments["column"]
    unresolved_rows = table.body.filter(pl.col(TOWNSHIP_FULL).is_null() & pl.col(column).is_not_null())
    ambiguous_names = [name for name in unresolved_rows[column].unique() if len(county.resolve_township(name)) > 1]
    ambiguous_rows = unresolved_rows.filter(pl.col(column).is_in(ambiguous_names))

    def build_violation(row: int, written_name: str, rows: list[int]) -> Violation:
        cells = list_column_cells(table, column, rows[:_MAX_CELLS_POINTED_AT])
        facts = {"meant": join_names(county.resolve_township(written_name)), **_build_row_facts(rows, cells)}
        variant = _choose_variant(rows)
        return build_violation_at(
            table, rule, column, row=row, value=written_name, related_cells=cells, variant=variant, **facts
        )

    yield FailingRows(rule=rule, rows=_group_rows_by_value(ambiguous_rows, column), build_violation=build_violation)


def _group_rows_by_value(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return, for each value of a column, its first row, the value and the list of all its rows."""
    groups = rows.group_by(column, maintain_order=True).agg(pl.col(ROW).first(), pl.col(ROW).alias("rows"))
    return groups.select(ROW, column, "rows")


def _build_row_facts(rows: Sequence[int], cells: Sequence[CellRef]) -> dict[str, str]:
    return {"count": str(len(rows)), "places": join_names(list_addresses(cells))}


def _choose_variant(rows: Sequence[int]) -> str:
    if len(rows) > 1:
        return ROWS_VARIANT
    return ""


def check_project_code(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Report a project number that is not fourteen digits of county code, year and serial number.

    Each number is reported once: in the list of projects for all tables if it is listed there.
    """
    table, projects = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None:
        return
    column, county_code = rule.arguments["column"], subject.submission.package.county
    wrong_rows = table.body.filter(~pl.col(column).str.contains(f"^{county_code}(19|20)[0-9]{{6}}$"))
    if projects is not None and projects is not table:
        wrong_rows = wrong_rows.join(projects.body.select(pl.col(PROJECT).alias(column)), on=column, how="anti")

    def build_violation(row: int, project_number: str, rows: list[int]) -> Violation:
        cells = list_column_cells(table, column, rows[:_MAX_CELLS_POINTED_AT])
        facts = {"county": county_code, "others": "", **_build_row_facts(rows, cells)}
        variant = _choose_variant(rows)
        if table is projects and (sheets := _find_sheets_with_project(subject, project_number)):
            facts["others"] = join_names(sheets)
            variant = "everywhere"
        return build_violation_at(
            table, rule, column, row=row, value=project_number, related_cells=cells, variant=variant, **facts
        )

    yield FailingRows(rule=rule, rows=_group_rows_by_value(wrong_rows, column), build_violation=build_violation)


def _find_sheets_with_project(subject: FormUnderCheck, project_number: str) -> list[str]:
    """Return the sheets of the other tables that have a project number."""
    sheets = []
    for table in subject.tables.values():
        has_projects = table is not subject.table and PROJECT in table.columns
        if has_projects and (table.body[PROJECT] == project_number).any():
            sheets.append(table.sheet)
    return sheets


def check_unique_rows(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report rows that agree in all the rule's columns, once at the last of them."""
    table = subject.table
    if table is None:
        return
    column = rule.arguments["columns"][-1]
    keys = [_get_key_column(subject.form.get_field(name)) for name in rule.arguments["columns"]]
    groups = table.body.drop_nulls(keys).group_by(keys, maintain_order=True).agg(pl.col(ROW))
    for *key, rows in groups.filter(pl.col(ROW).list.len() > 1).rows():
        cells = list_column_cells(table, column, rows)
        yield build_violation_at(
            table, rule, column, row=rows[-1], value=key[-1], related_cells=cells, cells=join_addresses(cells)
        )


def _get_key_column(field: Field) -> str:
    if field.role is Role.TOWNSHIP:
        return TOWNSHIP_FULL
    return field.name


def check_shares_close(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a column of percentages whose sum differs from 100 by more than rounding explains."""
    table = subject.table
    if table is None:
        return
    column = rule.arguments["column"]
    shares = table.body[column].drop_nulls()
    tolerance = _compute_rounding_tolerance(subject.form.get_field(column)) * len(shares)
    total = sum(shares, Decimal(0))
    if len(shares) and abs(total - 100) > tolerance:
        rows = table.body[ROW].to_list()
        cells = list_column_cells(table, column, rows)
        yield build_violation_at(table, rule, column, row=rows[-1], related_cells=cells, total=format_value(total))


def check_share_of_total(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a percentage that is not the row's part of the column's sum."""
    table = subject.table
    if table is None:
        return
    column, part_column = rule.arguments["column"], rule.arguments["part"]
    total = sum(table.body[part_column].drop_nulls(), Decimal(0))
    if not total:
        return
    tolerance = _compute_rounding_tolerance(subject.form.get_field(column))
    for row, share, part in table.body.select(ROW, column, part_column).drop_nulls().rows():
        exact_share = part * 100 / total
        if abs(exact_share - share) > tolerance:
            facts = {"expected": format_value(exact_share.quantize(Decimal("0.01")))}
            cells = (table.get_cell_ref(part_column, row),)
            yield build_violation_at(table, rule, column, row=row, value=share, related_cells=cells, **facts)


def _compute_rounding_tolerance(field: Field) -> Decimal:
    """Return half a unit of the last decimal of a field."""
    return Decimal(1).scaleb(-field.decimals) / 2
