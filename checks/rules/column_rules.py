"""Rules that look at a whole column, or at what the register says of it. (phase: table)"""

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import and_

import polars as pl

from checks.model.failing_rows import Offenders
from checks.model.raw_workbook import CellKind
from checks.model.violation import Offence
from checks.recognition.form_instance import Subject
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.row_rules import ROWS
from checks.rules.violation_builder import listed, offence_at, said
from contracts.form_model import Field, Role, Rule

_CELLS = 200  # that one finding points at
_LEAST_RUN = 2  # two rows always rise by one step
MOST_DIGITS = 15  # a spreadsheet's number keeps no more


def code_length(subject: Subject, rule: Rule) -> Iterator[Offenders]:
    """Find fault with codes that have lost digits, or will: a long code kept as a number."""
    table = subject.table
    if table is None:
        return
    for column, length in rule.arguments["columns"].items():
        if column in table.columns:
            wrong = ~pl.col(column).str.contains(f"^[0-9]{{{length}}}$")
            if length > MOST_DIGITS and table.has_kind(column, CellKind.NUMBER):
                wrong |= pl.col(ROW).is_in(_kept_as_numbers(table, column))
            yield _wrong_length(table, rule, column, rows=table.body.filter(wrong), length=length)


def _kept_as_numbers(table: Table, column: str) -> list[int]:
    return table.raw.filter(pl.col(f"{column}:kind") == CellKind.NUMBER)[ROW].to_list()


def _wrong_length(table: Table, rule: Rule, column: str, *, rows: pl.DataFrame, length: int) -> Offenders:
    def told(row: int) -> Offence:
        return offence_at(table, rule, column, row=row, value=table.received(column, row), length=str(length))

    return Offenders(rule=rule, rows=rows.select(ROW), told=told)


def not_dragged(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a column that rises by the same step row after row, as a dragged fill handle makes it."""
    table = subject.table
    for column in rule.arguments["columns"] if table else ():
        if table is not None and column in table.columns:
            yield from _runs(table, rule, column)


def _any_run(amounts: pl.Series, rows: int) -> bool:
    """Tell whether so many rows anywhere rise by the same step: hardly a table has any, and they are costly to find."""
    steps = amounts.diff()
    same = ((steps == steps.shift()) & (steps != 0)).fill_null(value=False)
    return bool(reduce(and_, (same.shift(at, fill_value=False) for at in range(max(1, rows - 2)))).any())


def _runs(table: Table, rule: Rule, column: str) -> Iterator[Offence]:
    if rule.arguments["rows"] > _LEAST_RUN and not _any_run(table.body[column], rule.arguments["rows"]):
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
        cells = [table.ref(column, one) for one in (row - 1, row, last)]
        yield offence_at(
            table,
            rule,
            column,
            row=row,
            value=None,
            involved=cells,
            step=said(found),
            last=str(last),
            count=str(steps + 1),
        )


def township_code(subject: Subject, rule: Rule) -> Iterator[Offenders]:
    """Find fault with a township code that the county does not have, or that belongs to another name."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column = rule.arguments["column"]
    name = pl.col(column).replace_strict(dict(county.townships), default=None, return_dtype=pl.String)
    known = table.body.select(ROW, column, TOWNSHIP_FULL, name.alias("due")).filter(pl.col(column).is_not_null())
    township = subject.form.of_role(Role.TOWNSHIP)[0].name
    register = subject.submission.register
    unknown = known.filter(pl.col("due").is_null())
    for case, wrong in (("", known.filter(pl.col("due") != pl.col(TOWNSHIP_FULL))), ("unknown", unknown)):

        def told(row: int, code: str, full: str | None, due: str | None, case: str = case) -> Offence:
            cells = (table.ref(township, row),)
            facts = {"due": due or "", "name": full or "", "system": f"{register.system} {register.edition}"}
            return offence_at(table, rule, column, row=row, value=code, involved=cells, case=case, **facts)

        yield Offenders(rule=rule, case=case, rows=wrong, told=told)


def township_unambiguous(subject: Subject, rule: Rule) -> Iterator[Offenders]:
    """Find fault with a short name that several townships of the county answer to."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column = rule.arguments["column"]
    unsure = table.body.filter(pl.col(TOWNSHIP_FULL).is_null() & pl.col(column).is_not_null())
    several = [one for one in unsure[column].unique() if len(county.resolve(one)) > 1]
    named = unsure.filter(pl.col(column).is_in(several)).group_by(column, maintain_order=True)

    def told(row: int, written: str, rows: list[int]) -> Offence:
        """The first row of a name speaks for all that bear it."""
        cells = [table.ref(column, one) for one in rows[:_CELLS]]
        places, case = listed([one.address for one in cells]), ROWS if len(rows) > 1 else ""
        facts = {"meant": listed(county.resolve(written)), "count": str(len(rows)), "places": places}
        return offence_at(table, rule, column, row=row, value=written, involved=cells, case=case, **facts)

    yield Offenders(
        rule=rule,
        rows=named.agg(pl.col(ROW).first(), pl.col(ROW).alias("rows")).select(ROW, column, "rows"),
        told=told,
    )


def project_code(subject: Subject, rule: Rule) -> Iterator[Offenders]:
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

    def told(row: int, written: str, rows: list[int]) -> Offence:
        cells = [table.ref(column, one) for one in rows[:_CELLS]]
        others = _sheets_with(subject, written) if table is projects else []
        case = "everywhere" if others else ROWS if len(rows) > 1 else ""
        facts = {"county": county, "count": str(len(rows)), "others": listed(others)}
        facts["places"] = listed([one.address for one in cells])
        return offence_at(table, rule, column, row=row, value=written, involved=cells, case=case, **facts)

    yield Offenders(rule=rule, rows=numbers.select(ROW, column, "rows"), told=told)


def _sheets_with(subject: Subject, number: str) -> list[str]:
    """Return the sheets of the other tables that have a project number."""
    others = (one for one in subject.tables.values() if one is not subject.table and PROJECT in one.columns)
    return [one.sheet for one in others if (one.body[PROJECT] == number).any()]


def unique_rows(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with rows that are alike in all the named columns; the last of them speaks for all."""
    table = subject.table
    if table is None:
        return
    keys = [TOWNSHIP_FULL if one.role is Role.TOWNSHIP else one.name for one in _fields(subject, rule)]
    alike = table.body.drop_nulls(keys).group_by(keys, maintain_order=True).agg(pl.col(ROW))
    for *key, rows in alike.filter(pl.col(ROW).list.len() > 1).rows():
        column = rule.arguments["columns"][-1]
        cells = [table.ref(column, row) for row in rows]
        told = "、".join(one.address for one in cells)
        yield offence_at(table, rule, column, row=rows[-1], value=key[-1], involved=cells, cells=told)


def _fields(subject: Subject, rule: Rule) -> list[Field]:
    return [subject.form.field(one) for one in rule.arguments["columns"]]


def shares_close(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault where percentages do not close at 100 within what rounding explains."""
    table = subject.table
    if table is None:
        return
    column = rule.arguments["column"]
    shares = table.body[column].drop_nulls()
    slack = Decimal(1).scaleb(-subject.form.field(column).decimals) / 2 * len(shares)
    total = sum(shares, Decimal(0))
    if len(shares) and abs(total - 100) > slack:
        rows = table.body[ROW].to_list()
        cells = [table.ref(column, row) for row in rows]
        yield offence_at(table, rule, column, row=rows[-1], involved=cells, total=said(total))


def share_of_total(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a share that is not its part of the column's sum."""
    table = subject.table
    if table is None:
        return
    column, part = rule.arguments["column"], rule.arguments["part"]
    whole = sum(table.body[part].drop_nulls(), Decimal(0))
    slack = Decimal(1).scaleb(-subject.form.field(column).decimals) / 2
    for row, share, amount in table.body.select(ROW, column, part).drop_nulls().rows():
        if whole and abs(amount * 100 / whole - share) > slack:
            due = (amount * 100 / whole).quantize(Decimal("0.01"))
            cells = (table.ref(part, row),)
            yield offence_at(table, rule, column, row=row, value=share, involved=cells, expected=said(due))
