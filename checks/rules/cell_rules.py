"""Does each cell parse? (phase: parsed)"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import polars as pl

from checks.model.failing_rows import Offenders
from checks.model.raw_workbook import CellKind
from checks.model.violation import Offence
from checks.parsing.dates import WRITTEN_OUT, date_expr, is_day
from checks.parsing.text_normalisation import WRITTEN_PLAIN, applied, compact, compact_expr
from checks.recognition.form_instance import Subject
from checks.recognition.table import ROW, Table
from contracts.form_model import Field, Layout, Role, Rule

_EIGHT: Final = 8  # digits of a day written together, 20240305
_WITHOUT_VALUE = (CellKind.ERROR, CellKind.UNCALCULATED)


def numbers_parse(subject: Subject, rule: Rule) -> Iterator[Offence | Offenders]:
    """Find fault with each figure or serial number that is blank or is no number, and each day that is none."""
    yield from _unread_days(subject, rule)
    for table, field in _numeric(subject):
        # In the serial column a total row holds its name.
        rows = table.body if field.role is Role.SERIAL else table.body.vstack(table.totals)
        if not rows[field.name].null_count():
            continue
        kind, blank = pl.col(f"{field.name}:kind"), pl.col(field.name).fill_null("").str.strip_chars() == ""
        # the rule on error values speaks of those
        unread = _unread(table, rows, field).filter(~kind.is_in(_WITHOUT_VALUE))
        yield _offenders(table, field, rule, rows=unread.filter(~blank), case=_case(field, blank=False))
        yield _offenders(table, field, rule, rows=unread.filter(blank), case=_case(field, blank=True))


def _unread_days(subject: Subject, rule: Rule) -> Iterator[Offence | Offenders]:
    if subject.form.layout is Layout.PAIRS:
        yield from _cover_days(subject, rule)
    for table, field in _dated(subject):
        named = table.body.filter(pl.col(field.name).is_not_null())
        unread = named.filter(~is_day(pl.col(field.name))).select(ROW)
        if unread.height:
            valued = ~pl.col(f"{field.name}:kind").is_in(_WITHOUT_VALUE)
            yield _offenders(table, field, rule, rows=_of_rows(table, unread, field).filter(valued), case="day")


def _cover_days(subject: Subject, rule: Rule) -> Iterator[Offence]:
    fields = (one for one in subject.form.fields if one.kind == "date")
    for field in fields:
        for entry in subject.cover.entries.get(field.name, ())[:1]:
            text = pl.lit(compact(entry.text))
            if entry.text and pl.select(date_expr(text).is_null()).item():
                facts = {"heading": field.heading, "value": entry.text, "cell": entry.cell.address}
                cell = entry.cell
                yield Offence(
                    rule=rule,
                    sheet=cell.sheet,
                    cell=cell,
                    cells=(cell,),
                    case="cover_day",
                    facts=facts,
                    value=entry.text,
                )


def _days_as_written(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """List each day that was written in another form than 2024-03-05, or as a bare number of the sheet's own count."""
    for table, field in _dated(subject):
        # what is written 2024-03-05 is no other form: hardly any row is left to be looked at
        unlike = table.raw.filter(~pl.col(field.name).str.contains(WRITTEN_OUT))
        if not unlike.height:
            continue
        read = table.body.select(ROW, pl.col(field.name).alias("read")).filter(is_day(pl.col("read")))
        raw = unlike.select(ROW, field.name, f"{field.name}:kind").join(read, on=ROW).sort(ROW)
        other = compact_expr(pl.col(field.name)) != pl.col("read")
        for row, text, kind, day in raw.filter(other & (pl.col(f"{field.name}:kind") != CellKind.DATE)).rows():
            counted = kind == CellKind.NUMBER and len(text.partition(".")[0]) < _EIGHT
            found = _offence(table, field, rule, row=row, text=text, case="serial_day" if counted else "day")
            yield replace(found, facts={**found.facts, "expected": day}, expected=day)


def no_error_values(subject: Subject, rule: Rule) -> Iterator[Offenders]:
    """Find fault with each cell that holds a formula error such as #REF!."""
    if subject.table is None:
        return
    for field in subject.form.fields:
        if field.name in subject.table.columns:
            kind = f"{field.name}:kind"
            if not any(subject.table.has_kind(field.name, one) for one in _WITHOUT_VALUE):
                continue
            for one, case in ((CellKind.ERROR, ""), (CellKind.UNCALCULATED, "uncalculated")):
                wrong = subject.table.raw.filter(pl.col(kind) == one)
                yield _offenders(subject.table, field, rule, rows=wrong, case=case)


def numbers_as_text(subject: Subject, rule: Rule) -> Iterator[Offence | Offenders]:
    """List each figure that was typed as text and is read as the number it means, and each day in another form."""
    yield from _days_as_written(subject, rule)
    for table, field in _numeric(subject):
        if not table.has_kind(field.name, CellKind.TEXT):
            continue
        typed = table.body.vstack(table.totals)
        read = typed.filter(pl.col(field.name).is_not_null()).select(ROW)
        as_text = table.raw.filter(pl.col(f"{field.name}:kind") == CellKind.TEXT).join(read, on=ROW, how="semi")
        cases = as_text.select(ROW, field.name).with_columns(case=_cases(as_text[field.name]))
        for (case,), rows in cases.group_by(["case"], maintain_order=True):
            yield _offenders(table, field, rule, rows=rows, case=str(case))


def _cases(texts: pl.Series) -> pl.Series:
    """Name of each text what was changed most about it; one that is a plain figure is looked at no further."""
    odd = texts.filter(~texts.str.contains(WRITTEN_PLAIN)).unique().to_list()
    return texts.replace_strict({one: _weightiest(one) for one in odd}, default="", return_dtype=pl.String)


def _weightiest(text: str) -> str:
    """Name the rule that changed most about a figure: the steward is told of that one."""
    rules = applied(text)
    return next(
        (name for name in ("dash", "unit", "separator", "full_width", "line_break", "space") if name in rules), ""
    )


def _numeric(subject: Subject) -> Iterator[tuple[Table, Field]]:
    table = subject.table
    if table is not None:
        for field in subject.form.fields:
            if field.name in table.columns and field.role in (Role.SERIAL, Role.FIGURE):
                yield table, field


def _case(field: Field, *, blank: bool) -> str:
    return ("serial_" if field.role is Role.SERIAL else "") + ("blank" if blank else "words")


def _dated(subject: Subject) -> Iterator[tuple[Table, Field]]:
    table = subject.table
    if table is not None:
        for field in subject.form.fields:
            if field.name in table.columns and field.kind == "date":
                yield table, field


def _unread(table: Table, rows: pl.DataFrame, field: Field) -> pl.DataFrame:
    return _of_rows(table, rows.filter(pl.col(field.name).is_null()).select(ROW), field)


def _of_rows(table: Table, rows: pl.DataFrame, field: Field) -> pl.DataFrame:
    return table.raw.join(rows, on=ROW).sort(ROW).select(ROW, field.name, f"{field.name}:kind")


def _offenders(table: Table, field: Field, rule: Rule, *, rows: pl.DataFrame, case: str) -> Offenders:
    return Offenders(
        rule=rule,
        case=case,
        rows=rows.select(ROW, field.name),
        told=lambda row, text: _offence(table, field, rule, row=row, text=text, case=case),
    )


def _offence(table: Table, field: Field, rule: Rule, *, row: int, text: str | None, case: str) -> Offence:
    cell = table.ref(field.name, row)
    value = (text or "").strip()
    facts = {
        "row": str(row),
        "heading": field.heading,
        "value": value,
        "cell": cell.address,
        "label": table.label(row),
    }
    return Offence(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), case=case, facts=facts, value=value or None)
