"""Dates that lie too far back or in the future, and dates in the wrong order. (phase: table and across tables)"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.parsing.dates import parse_date_expr, parse_day
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.plausibility.value_groups import build_value_violations, has_columns
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Rule

_FILLED_ON = "filled_on"
# A workbook is filled in from the beginning of the accounting year; corrections may come years later.
_MAX_YEARS_UNTIL_FILLED = 10
_EARLIER_ROW, _EARLIER, _LATER = "earlier_row", "earlier", "later"


def find_filling_date(subject: FormUnderCheck) -> date | None:
    """Return the day on which the workbook was filled in, or None if the cover states none that is possible.

    Other dates are not compared with an impossible day: the cover is wrong then, not they.
    """
    filled_on = parse_filling_date(subject)
    if filled_on is None:
        return None
    year = subject.submission.year
    if not year <= filled_on.year <= year + _MAX_YEARS_UNTIL_FILLED:
        return None
    return filled_on


def parse_filling_date(subject: FormUnderCheck) -> date | None:
    """Return the day that the cover states, or None if it states none that can be read."""
    day = parse_day(normalise_text(subject.cover.get_text(_FILLED_ON)))
    return date.fromisoformat(day) if day else None


def check_filling_date(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a date on the cover in a year before *earliest* or after *latest*, counted from the accounting year."""
    filled_on, year = parse_filling_date(subject), subject.submission.year
    entry = next(iter(subject.cover.entries.get(rule.arguments["column"], ())), None)
    if filled_on is None or entry is None:
        return
    first_year, last_year = year + int(rule.arguments["earliest"]), year + int(rule.arguments["latest"])
    if first_year <= filled_on.year <= last_year:
        return
    cell = entry.cell
    facts = {"cell": cell.address, "value": entry.text, "first": str(first_year), "last": str(last_year)}
    heading = subject.form.get_field(rule.arguments["column"]).heading
    yield Violation(
        rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), facts={**facts, "heading": heading}, value=entry.text
    )


def check_dates_in_range(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report dates after the day of filling in, and dates that lie unusually far back.

    A column that may hold planned dates has *planned*: a later date there needs an explanation only. One with *open*
    has no latest day, because another rule compares it. *earliest* counts years from the accounting year.
    """
    table = subject.table
    if table is None:
        return
    year, filled_on = subject.submission.year, find_filling_date(subject)
    latest = filled_on or date(year + _MAX_YEARS_UNTIL_FILLED, 12, 31)
    for column, limits in rule.arguments["columns"].items():
        if not has_columns(table, column):
            continue
        rows = table.body.select(ROW, column, parse_date_expr(pl.col(column)).alias("day")).drop_nulls()
        first_year = year + limits["earliest"]
        facts = {"latest": str(latest), "usual": str(first_year)}
        variant = "planned" if limits.get("planned") else "after"
        late_rows = rows.filter((pl.col("day") > latest) & (not limits.get("open")))
        yield from build_value_violations(table, rule, column, rows=late_rows, variant=variant, **facts)
        early_rows = rows.filter(pl.col("day").dt.year() < first_year)
        yield from build_value_violations(table, rule, column, rows=early_rows, variant="early", **facts)


def check_dates_in_order(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report dates that lie before another date of the same row, or of the row of another form with the same key.

    Years and days may be compared; only their years count then. A pair with *usual* has the variant of that name.
    """
    table = subject.table
    if table is None:
        return
    for pair in rule.arguments["pairs"]:
        other = subject.tables.get(pair.get("form", table.form.name))
        if other is not None and has_columns(table, pair["later"]) and has_columns(other, pair["earlier"]):
            yield from _check_pair(table, other, rule, pair)


def _check_pair(table: Table, other: Table, rule: Rule, pair: Mapping[str, Any]) -> Iterator[Violation]:
    variant = "usual" if pair.get("usual") else ""
    for row, other_row in _find_reversed_rows(table, other, pair):
        other_cell = other.get_cell_ref(pair["earlier"], other_row)
        facts = {
            "other": other.form.get_field(pair["earlier"]).heading,
            "before": _format_cell(other, pair["earlier"], other_row),
            "place": _format_place(table, other_cell),
        }
        later, value = pair["later"], _format_cell(table, pair["later"], row)
        yield build_violation_at(
            table, rule, later, row=row, value=value, variant=variant, related_cells=(other_cell,), **facts
        )


def _find_reversed_rows(table: Table, other: Table, pair: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return, for each failing row, its number and that of the row with the earlier date."""
    use_years = _is_year(table, pair["later"]) or _is_year(other, pair["earlier"])
    key = pair.get("key", ROW)
    later = _parse_time(table, pair["later"], use_years=use_years).alias(_LATER)
    earlier = _parse_time(other, pair["earlier"], use_years=use_years).alias(_EARLIER)
    later_times = table.body.select(pl.col(ROW), pl.col(key).alias("key"), later).drop_nulls()
    earlier_times = other.body.select(pl.col(key).alias("key"), pl.col(ROW).alias(_EARLIER_ROW), earlier).drop_nulls()
    first_times = earlier_times.unique("key", keep="first", maintain_order=True)
    joined = later_times.join(first_times, on="key", how="inner", maintain_order="left")
    return joined.filter(pl.col(_LATER) < pl.col(_EARLIER)).select(ROW, _EARLIER_ROW).rows()


def _is_year(table: Table, column: str) -> bool:
    return table.form.get_field(column).kind == "number"


def _parse_time(table: Table, column: str, *, use_years: bool) -> pl.Expr:
    """Return the day of a cell, or only its year."""
    if _is_year(table, column):
        return pl.col(column).cast(pl.Float64)
    day = parse_date_expr(pl.col(column))
    if use_years:
        return day.dt.year().cast(pl.Float64)
    return day


def _format_cell(table: Table, column: str, row: int) -> str:
    return format_value(table.get_typed_row(row)[column][0])


def _format_place(table: Table, cell: CellRef) -> str:
    if cell.sheet == table.sheet:
        return cell.address
    return f"{cell.sheet}!{cell.address}"
