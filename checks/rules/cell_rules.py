"""Does each cell parse? (phase: parsed)"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import polars as pl

from checks.model.failing_rows import FailingRows
from checks.model.raw_workbook import CellKind
from checks.model.violation import Violation
from checks.parsing.dates import ISO_DATE, is_iso_date, parse_date_expr
from checks.parsing.text_normalisation import ASCII_NUMBER, find_applied_rules, normalise_text, normalise_text_expr
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import ROW, Table
from contracts.form_model import Field, Layout, Role, Rule

_COMPACT_DATE_DIGITS: Final = 8  # digits of a day written together, 20240305
_KINDS_WITHOUT_VALUE = (CellKind.ERROR, CellKind.UNCALCULATED)


def check_numbers_parse(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    """Find fault with each figure or serial number that is blank or is no number, and each day that is none."""
    yield from _find_unparsed_days(subject, rule)
    for table, field in _iter_numeric_columns(subject):
        # In the serial column a total row holds its name.
        rows = table.body if field.role is Role.SERIAL else table.body.vstack(table.totals)
        if not rows[field.name].null_count():
            continue
        kind, blank = pl.col(f"{field.name}:kind"), pl.col(field.name).fill_null("").str.strip_chars() == ""
        # the rule on error values speaks of those
        unread = _select_unparsed_rows(table, rows, field).filter(~kind.is_in(_KINDS_WITHOUT_VALUE))
        yield _build_failing_rows(
            table, field, rule, rows=unread.filter(~blank), variant=_choose_variant(field, is_blank=False)
        )
        yield _build_failing_rows(
            table, field, rule, rows=unread.filter(blank), variant=_choose_variant(field, is_blank=True)
        )


def _find_unparsed_days(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    if subject.form.layout is Layout.PAIRS:
        yield from _find_unparsed_cover_days(subject, rule)
    for table, field in _iter_date_columns(subject):
        named = table.body.filter(pl.col(field.name).is_not_null())
        unread = named.filter(~is_iso_date(pl.col(field.name))).select(ROW)
        if unread.height:
            valued = ~pl.col(f"{field.name}:kind").is_in(_KINDS_WITHOUT_VALUE)
            yield _build_failing_rows(
                table, field, rule, rows=_select_raw_rows(table, unread, field).filter(valued), variant="day"
            )


def _find_unparsed_cover_days(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    fields = (one for one in subject.form.fields if one.kind == "date")
    for field in fields:
        for entry in subject.cover.entries.get(field.name, ())[:1]:
            text = pl.lit(normalise_text(entry.text))
            if entry.text and pl.select(parse_date_expr(text).is_null()).item():
                facts = {"heading": field.heading, "value": entry.text, "cell": entry.cell.address}
                cell = entry.cell
                yield Violation(
                    rule=rule,
                    sheet=cell.sheet,
                    cell=cell,
                    cells=(cell,),
                    variant="cover_day",
                    facts=facts,
                    value=entry.text,
                )


def _find_reformatted_days(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """List each day that was written in another form than 2024-03-05, or as a bare number of the sheet's own count."""
    for table, field in _iter_date_columns(subject):
        # what is written 2024-03-05 is no other form: hardly any row is left to be looked at
        unlike = table.raw.filter(~pl.col(field.name).str.contains(ISO_DATE))
        if not unlike.height:
            continue
        read = table.body.select(ROW, pl.col(field.name).alias("read")).filter(is_iso_date(pl.col("read")))
        raw = unlike.select(ROW, field.name, f"{field.name}:kind").join(read, on=ROW).sort(ROW)
        other = normalise_text_expr(pl.col(field.name)) != pl.col("read")
        for row, text, kind, day in raw.filter(other & (pl.col(f"{field.name}:kind") != CellKind.DATE)).rows():
            counted = kind == CellKind.NUMBER and len(text.partition(".")[0]) < _COMPACT_DATE_DIGITS
            found = _build_violation(table, field, rule, row=row, text=text, variant="serial_day" if counted else "day")
            yield replace(found, facts={**found.facts, "expected": day}, expected=day)


def check_no_error_values(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Find fault with each cell that holds a formula error such as #REF!."""
    if subject.table is None:
        return
    for field in subject.form.fields:
        if field.name in subject.table.columns:
            kind = f"{field.name}:kind"
            if not any(subject.table.has_kind(field.name, one) for one in _KINDS_WITHOUT_VALUE):
                continue
            for one, case in ((CellKind.ERROR, ""), (CellKind.UNCALCULATED, "uncalculated")):
                wrong = subject.table.raw.filter(pl.col(kind) == one)
                yield _build_failing_rows(subject.table, field, rule, rows=wrong, variant=case)


def check_numbers_as_text(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    """List each figure that was typed as text and is read as the number it means, and each day in another form."""
    yield from _find_reformatted_days(subject, rule)
    for table, field in _iter_numeric_columns(subject):
        if not table.has_kind(field.name, CellKind.TEXT):
            continue
        typed = table.body.vstack(table.totals)
        read = typed.filter(pl.col(field.name).is_not_null()).select(ROW)
        as_text = table.raw.filter(pl.col(f"{field.name}:kind") == CellKind.TEXT).join(read, on=ROW, how="semi")
        cases = as_text.select(ROW, field.name).with_columns(case=_classify_texts(as_text[field.name]))
        for (case,), rows in cases.group_by(["case"], maintain_order=True):
            yield _build_failing_rows(table, field, rule, rows=rows, variant=str(case))


def _classify_texts(texts: pl.Series) -> pl.Series:
    """Name of each text what was changed most about it; one that is a plain figure is looked at no further."""
    odd = texts.filter(~texts.str.contains(ASCII_NUMBER)).unique().to_list()
    return texts.replace_strict({one: _name_main_change(one) for one in odd}, default="", return_dtype=pl.String)


def _name_main_change(text: str) -> str:
    """Name the rule that changed most about a figure: the steward is told of that one."""
    rules = find_applied_rules(text)
    return next(
        (name for name in ("dash", "unit", "separator", "full_width", "line_break", "space") if name in rules), ""
    )


def _iter_numeric_columns(subject: FormUnderCheck) -> Iterator[tuple[Table, Field]]:
    table = subject.table
    if table is not None:
        for field in subject.form.fields:
            if field.name in table.columns and field.role in (Role.SERIAL, Role.FIGURE):
                yield table, field


def _choose_variant(field: Field, *, is_blank: bool) -> str:
    return ("serial_" if field.role is Role.SERIAL else "") + ("blank" if is_blank else "words")


def _iter_date_columns(subject: FormUnderCheck) -> Iterator[tuple[Table, Field]]:
    table = subject.table
    if table is not None:
        for field in subject.form.fields:
            if field.name in table.columns and field.kind == "date":
                yield table, field


def _select_unparsed_rows(table: Table, rows: pl.DataFrame, field: Field) -> pl.DataFrame:
    return _select_raw_rows(table, rows.filter(pl.col(field.name).is_null()).select(ROW), field)


def _select_raw_rows(table: Table, rows: pl.DataFrame, field: Field) -> pl.DataFrame:
    return table.raw.join(rows, on=ROW).sort(ROW).select(ROW, field.name, f"{field.name}:kind")


def _build_failing_rows(table: Table, field: Field, rule: Rule, *, rows: pl.DataFrame, variant: str) -> FailingRows:
    return FailingRows(
        rule=rule,
        variant=variant,
        rows=rows.select(ROW, field.name),
        build_violation=lambda row, text: _build_violation(table, field, rule, row=row, text=text, variant=variant),
    )


def _build_violation(table: Table, field: Field, rule: Rule, *, row: int, text: str | None, variant: str) -> Violation:
    cell = table.get_cell_ref(field.name, row)
    value = (text or "").strip()
    facts = {
        "row": str(row),
        "heading": field.heading,
        "value": value,
        "cell": cell.address,
        "label": table.get_row_label(row),
    }
    return Violation(
        rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), variant=variant, facts=facts, value=value or None
    )
