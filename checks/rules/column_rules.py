"""Rules that look at a whole column, or at what the register says of it. (phase: table)"""

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import and_

import polars as pl

from checks.model.failing_rows import FailingRows
from checks.model.raw_workbook import CellKind
from checks.model.violation import Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.row_rules import ROWS_VARIANT
from checks.rules.violation_builder import build_violation_at, format_value, join_names
from contracts.form_model import Field, Role, Rule

_MAX_CELLS_POINTED_AT = 200  # that one finding points at
_MIN_RUN_ROWS = 2  # two rows always rise by one step
MAX_NUMBER_DIGITS = 15  # a spreadsheet's number keeps no more


def check_code_length(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Find fault with codes that have lost digits, or will: a long code kept as a number."""
    table = subject.table
    if table is None:
        return
    for column, length in rule.arguments["columns"].items():
        if column in table.columns:
            wrong = ~pl.col(column).str.contains(f"^[0-9]{{{length}}}$")
            if length > MAX_NUMBER_DIGITS and table.has_kind(column, CellKind.NUMBER):
                wrong |= pl.col(ROW).is_in(_find_rows_kept_as_numbers(table, column))
            yield _build_length_failures(table, rule, column, rows=table.body.filter(wrong), length=length)


def _find_rows_kept_as_numbers(table: Table, column: str) -> list[int]:
    return table.raw.filter(pl.col(f"{column}:kind") == CellKind.NUMBER)[ROW].to_list()


def _build_length_failures(table: Table, rule: Rule, column: str, *, rows: pl.DataFrame, length: int) -> FailingRows:
    def build_violation(row: int) -> Violation:
        return build_violation_at(
            table, rule, column, row=row, value=table.get_raw_text(column, row), length=str(length)
        )

    return FailingRows(rule=rule, rows=rows.select(ROW), build_violation=build_violation)


def check_not_dragged(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a column that rises by the same step row after row, as a dragged fill handle makes it."""
    table = subject.table
    for column in rule.arguments["columns"] if table else ():
        if table is not None and column in table.columns:
            yield from _find_runs(table, rule, column)


def _has_run(amounts: pl.Series, min_rows: int) -> bool:
    """Tell whether so many rows anywhere rise by the same step: hardly a table has any, and they are costly to find."""
    steps = amounts.diff()
    same = ((steps == steps.shift()) & (steps != 0)).fill_null(value=False)
    return bool(reduce(and_, (same.shift(at, fill_value=False) for at in range(max(1, min_rows - 2)))).any())


def _find_runs(table: Table, rule: Rule, column: str) -> Iterator[Violation]:
    if rule.arguments["rows"] > _MIN_RUN_ROWS and not _has_run(table.body[column], rule.arguments["rows"]):
        return
    step = pl.col(column).diff()
    runs = (
        table.body.select(ROW, column, step.alias("step"))
        .with_columns(pl.col("step").rle_id().alias("run"))
        .filter(pl.col("step") != 0)
        .group_by("run", maintain_order=True)
        .agg(pl.col(ROW).first(), pl.col(ROW).last().alias("last"), pl.col("step").first(), pl.len().alias("steps"))
        .filter(pl.col("steps") >= rule.arguments["rows"] - 1)
    )
    for _, row, last, found, steps in runs.rows():
        cells = [table.get_cell_ref(column, one) for one in (row - 1, row, last)]
        yield build_violation_at(
            table,
            rule,
            column,
            row=row,
            value=None,
            related_cells=cells,
            step=format_value(found),
            last=str(last),
            count=str(steps + 1),
        )


def check_township_code(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Find fault with a township code that the county does not have, or that belongs to another name."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column = rule.arguments["column"]
    name = pl.col(column).replace_strict(dict(county.townships), default=None, return_dtype=pl.String)
    known = table.body.select(ROW, column, TOWNSHIP_FULL, name.alias("due")).filter(pl.col(column).is_not_null())
    township = subject.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    register = subject.submission.register
    unknown = known.filter(pl.col("due").is_null())
    for case, wrong in (("", known.filter(pl.col("due") != pl.col(TOWNSHIP_FULL))), ("unknown", unknown)):

        def build_violation(
            row: int, code: str, full_name: str | None, expected_name: str | None, variant: str = case
        ) -> Violation:
            cells = (table.get_cell_ref(township, row),)
            facts = {
                "due": expected_name or "",
                "name": full_name or "",
                "system": f"{register.system} {register.edition}",
            }
            return build_violation_at(
                table, rule, column, row=row, value=code, related_cells=cells, variant=variant, **facts
            )

        yield FailingRows(rule=rule, variant=case, rows=wrong, build_violation=build_violation)


def check_township_unambiguous(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Find fault with a short name that several townships of the county answer to."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column = rule.arguments["column"]
    unsure = table.body.filter(pl.col(TOWNSHIP_FULL).is_null() & pl.col(column).is_not_null())
    several = [one for one in unsure[column].unique() if len(county.resolve_township(one)) > 1]
    named = unsure.filter(pl.col(column).is_in(several)).group_by(column, maintain_order=True)

    def build_violation(row: int, written_name: str, rows: list[int]) -> Violation:
        """The first row of a name speaks for all that bear it."""
        cells = [table.get_cell_ref(column, one) for one in rows[:_MAX_CELLS_POINTED_AT]]
        places, case = join_names([one.address for one in cells]), ROWS_VARIANT if len(rows) > 1 else ""
        facts = {"meant": join_names(county.resolve_township(written_name)), "count": str(len(rows)), "places": places}
        return build_violation_at(
            table, rule, column, row=row, value=written_name, related_cells=cells, variant=case, **facts
        )

    yield FailingRows(
        rule=rule,
        rows=named.agg(pl.col(ROW).first(), pl.col(ROW).alias("rows")).select(ROW, column, "rows"),
        build_violation=build_violation,
    )


def check_project_code(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Find fault with a project number that is not county, year and serial in fourteen digits.

    Each number is told once; where the list of projects has it too, there, for all tables.
    """
    table, projects = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None:
        return
    column, county = rule.arguments["column"], subject.submission.package.county
    wrong = table.body.filter(~pl.col(column).str.contains(f"^{county}(19|20)[0-9]{{6}}$"))
    if projects is not None and projects is not table:
        wrong = wrong.join(projects.body.select(pl.col(PROJECT).alias(column)), on=column, how="anti")
    numbers = wrong.group_by(column, maintain_order=True).agg(pl.col(ROW).first(), pl.col(ROW).alias("rows"))

    def build_violation(row: int, project_number: str, rows: list[int]) -> Violation:
        cells = [table.get_cell_ref(column, one) for one in rows[:_MAX_CELLS_POINTED_AT]]
        others = _find_sheets_with_project(subject, project_number) if table is projects else []
        case = "everywhere" if others else ROWS_VARIANT if len(rows) > 1 else ""
        facts = {"county": county, "count": str(len(rows)), "others": join_names(others)}
        facts["places"] = join_names([one.address for one in cells])
        return build_violation_at(
            table, rule, column, row=row, value=project_number, related_cells=cells, variant=case, **facts
        )

    yield FailingRows(rule=rule, rows=numbers.select(ROW, column, "rows"), build_violation=build_violation)


def _find_sheets_with_project(subject: FormUnderCheck, project_number: str) -> list[str]:
    """Return the sheets of the other tables that have a project number."""
    others = (one for one in subject.tables.values() if one is not subject.table and PROJECT in one.columns)
    return [one.sheet for one in others if (one.body[PROJECT] == project_number).any()]


def check_unique_rows(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with rows that are alike in all the named columns; the last of them speaks for all."""
    table = subject.table
    if table is None:
        return
    keys = [TOWNSHIP_FULL if one.role is Role.TOWNSHIP else one.name for one in _get_rule_fields(subject, rule)]
    alike = table.body.drop_nulls(keys).group_by(keys, maintain_order=True).agg(pl.col(ROW))
    for *key, rows in alike.filter(pl.col(ROW).list.len() > 1).rows():
        column = rule.arguments["columns"][-1]
        cells = [table.get_cell_ref(column, row) for row in rows]
        told = "、".join(one.address for one in cells)
        yield build_violation_at(table, rule, column, row=rows[-1], value=key[-1], related_cells=cells, cells=told)


def _get_rule_fields(subject: FormUnderCheck, rule: Rule) -> list[Field]:
    return [subject.form.get_field(one) for one in rule.arguments["columns"]]


def check_shares_close(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault where percentages do not close at 100 within what rounding explains."""
    table = subject.table
    if table is None:
        return
    column = rule.arguments["column"]
    shares = table.body[column].drop_nulls()
    slack = Decimal(1).scaleb(-subject.form.get_field(column).decimals) / 2 * len(shares)
    total = sum(shares, Decimal(0))
    if len(shares) and abs(total - 100) > slack:
        rows = table.body[ROW].to_list()
        cells = [table.get_cell_ref(column, row) for row in rows]
        yield build_violation_at(table, rule, column, row=rows[-1], related_cells=cells, total=format_value(total))


def check_share_of_total(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a share that is not its part of the column's sum."""
    table = subject.table
    if table is None:
        return
    column, part = rule.arguments["column"], rule.arguments["part"]
    whole = sum(table.body[part].drop_nulls(), Decimal(0))
    slack = Decimal(1).scaleb(-subject.form.get_field(column).decimals) / 2
    for row, share, amount in table.body.select(ROW, column, part).drop_nulls().rows():
        if whole and abs(amount * 100 / whole - share) > slack:
            due = (amount * 100 / whole).quantize(Decimal("0.01"))
            cells = (table.get_cell_ref(part, row),)
            yield build_violation_at(
                table, rule, column, row=row, value=share, related_cells=cells, expected=format_value(due)
            )
