"""Rules on single cells: their text must parse as a number or a date, and hold no formula error. (phase: parsed)"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from checks.model.failing_rows import FailingRows
from checks.model.raw_workbook import CellKind
from checks.model.violation import Violation
from checks.parsing.dates import ISO_DATE, is_iso_date, list_date_serials, parse_day
from checks.parsing.short_columns import is_short
from checks.parsing.text_normalisation import (
    ASCII_NUMBER,
    LONG_NUMBER,
    find_applied_rules,
    normalise_text,
    normalise_text_expr,
)
from checks.recognition.column_names import ROW
from checks.recognition.cover import CoverEntry
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.merged_cells import can_be_shared
from checks.recognition.table import Table
from checks.rules.violation_builder import format_value, join_names
from contracts.form_model import Field, Layout, Role, Rule

# A date written without separators, such as 20240305, has this many digits.
_COMPACT_DATE_DIGITS: Final = 8
_VARIANTS_BY_VALUELESS_KIND: Final[Mapping[CellKind, str]] = {
    CellKind.ERROR: "",
    CellKind.UNCALCULATED: "uncalculated",
}
_VALUELESS_KINDS: Final = tuple(_VARIANTS_BY_VALUELESS_KIND)
_MIN_LOST_DIGITS: Final = 16  # a shorter text has kept all its digits
# From the change that alters the text most to the one that alters it least.
_CHANGES_BY_WEIGHT: Final = ("dash", "unit", "separator", "full_width", "line_break", "space")


def check_numbers_parse(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    """Report figures and serial numbers that are blank or do not parse, and dates that do not parse."""
    yield from _find_unparsed_days(subject, rule)
    yield from _find_lost_digits(subject, rule)
    yield from _find_merged_cells(subject, rule, is_shared=False)
    for table, field in _iter_numeric_columns(subject):
        rows = _select_numeric_rows(table, field)
        if not rows[field.name].null_count():
            continue
        has_no_value = pl.col(f"{field.name}:kind").is_in(_VALUELESS_KINDS)
        is_blank = pl.col(field.name).fill_null("").str.strip_chars() == ""
        # Cells without a value are reported by `check_no_error_values`.
        is_reported = has_no_value | _has_lost_digits(field) | _is_covered(table, field)
        unparsed_rows = _select_unparsed_rows(table, rows, field).filter(~is_reported)
        kind = pl.col(f"{field.name}:kind")
        yield from _find_date_formats(subject, rule, field, unparsed_rows.filter(kind == CellKind.DATE))
        boolean_rows = unparsed_rows.filter(kind == CellKind.BOOLEAN)
        yield _build_failing_rows(table, field, rule, rows=boolean_rows, variant="boolean")
        unparsed_rows = unparsed_rows.filter(~kind.is_in([CellKind.DATE, CellKind.BOOLEAN]))
        for reason, mask in (("words", ~is_blank), ("blank", is_blank)):
            variant = _choose_variant(field, reason)
            yield _build_failing_rows(table, field, rule, rows=unparsed_rows.filter(mask), variant=variant)


def _find_date_formats(subject: FormUnderCheck, rule: Rule, field: Field, rows: pl.DataFrame) -> Iterator[Violation]:
    """Report each number that a date format shows as a date: the format is wrong, and perhaps not the number."""
    table = subject.table
    if table is None:
        return
    sheet = next(sheet for sheet in subject.book.sheets if sheet.name == table.sheet)
    for row, text in rows.select(ROW, field.name).rows():
        serials = list_date_serials(text, uses_1904_dates=sheet.uses_1904_dates)
        violation = _build_violation(table, field, rule, row=row, text=text, variant="date_format")
        yield replace(violation, facts={**violation.facts, "stored": "/".join(map(format_value, serials))})


def _find_lost_digits(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Report each number that is longer than a spreadsheet can keep: a code typed as a number, or a mistyped figure."""
    table = subject.table
    if table is None:
        return
    for field in subject.form.fields:
        if field.name in table.columns and table.has_kind(field.name, CellKind.NUMBER):
            has_long_text = _has_long_text(table, field)
            rows = table.raw.filter(_has_lost_digits(field)) if has_long_text else table.raw.clear()
            yield _build_failing_rows(table, field, rule, rows=rows, variant="digits_lost")


def _has_long_text(table: Table, field: Field) -> bool:
    """Return whether a text of a column is as long as a number that lost digits; of a long column always true."""
    texts = table.raw[field.name]
    return not is_short(len(texts)) or any(len(text) >= _MIN_LOST_DIGITS for text in filter(None, texts.to_list()))


def _has_lost_digits(field: Field) -> pl.Expr:
    is_number = pl.col(f"{field.name}:kind") == CellKind.NUMBER
    return is_number & pl.col(field.name).str.contains(LONG_NUMBER).fill_null(value=False)


def _find_merged_cells(subject: FormUnderCheck, rule: Rule, *, is_shared: bool) -> Iterator[Violation]:
    """Report the merged cells of each column once: texts count for all their rows, figures belong to one of them."""
    table = subject.table
    if table is None:
        return
    for name, spans in table.merged.items():
        field = subject.form.get_field(name)
        filled = [span for span in spans if table.get_stripped_text(name, span[0])]
        if filled and can_be_shared(field) is is_shared:
            row = filled[0][0]
            text = table.get_raw_text(name, row)
            violation = _build_violation(table, field, rule, row=row, text=text, variant="merged")
            ranges = [_format_span(table, name, span) for span in filled]
            facts = {"count": str(len(ranges)), "places": join_names(ranges), "title": subject.form.title}
            yield replace(violation, facts={**violation.facts, **facts})


def _format_span(table: Table, name: str, span: tuple[int, int]) -> str:
    return ":".join(table.get_cell_ref(name, row).address for row in span)


def _is_covered(table: Table, field: Field) -> pl.Expr:
    """Select the rows whose cell is covered by a filled cell that is merged over them."""
    covered: list[int] = []
    for first_row, last_row in table.merged.get(field.name, ()):
        if table.get_stripped_text(field.name, first_row):
            covered.extend(range(first_row + 1, last_row + 1))
    return pl.col(ROW).is_in(covered)


def _select_numeric_rows(table: Table, field: Field) -> pl.DataFrame:
    # In a total row the serial column holds the name of the total.
    if field.role is Role.SERIAL:
        return table.body
    return table.body.vstack(table.totals)


def _choose_variant(field: Field, reason: str) -> str:
    if field.role is Role.SERIAL:
        return f"serial_{reason}"
    return reason


def _find_unparsed_days(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    if subject.form.layout is Layout.PAIRS:
        yield from _find_unparsed_cover_days(subject, rule)
    for table, field in _iter_date_columns(subject):
        filled_rows = table.body.filter(pl.col(field.name).is_not_null())
        unparsed_rows = filled_rows.filter(~is_iso_date(pl.col(field.name))).select(ROW)
        if unparsed_rows.height:
            has_value = ~pl.col(f"{field.name}:kind").is_in(_VALUELESS_KINDS)
            raw_rows = _select_raw_rows(table, unparsed_rows, field).filter(has_value)
            yield _build_failing_rows(table, field, rule, rows=raw_rows, variant="day")


def _find_unparsed_cover_days(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    for field in subject.form.fields:
        entry = next(iter(subject.cover.entries.get(field.name, ())), None)
        if field.kind == "date" and entry is not None and not _is_blank_or_day(entry.text):
            yield _build_cover_day_violation(rule, field, entry)


def _is_blank_or_day(text: str) -> bool:
    return not text or parse_day(normalise_text(text)) is not None


def _build_cover_day_violation(rule: Rule, field: Field, entry: CoverEntry) -> Violation:
    return Violation(
        rule=rule,
        sheet=entry.cell.sheet,
        cell=entry.cell,
        cells=(entry.cell,),
        variant="cover_day",
        facts={"heading": field.heading, "value": entry.text, "cell": entry.cell.address},
        value=entry.text,
    )


def _find_reformatted_days(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each date written otherwise than 2024-03-05: in another notation, or as the sheet's serial number."""
    for table, field in _iter_date_columns(subject):
        for row, text, kind, expected in _iter_reformatted_days(table, field):
            variant = _choose_day_variant(text, kind)
            violation = _build_violation(table, field, rule, row=row, text=text, variant=variant)
            yield replace(violation, facts={**violation.facts, "expected": expected}, expected=expected)


def _iter_reformatted_days(table: Table, field: Field) -> Iterator[tuple[int, str, int, str]]:
    """Yield row, text, kind and parsed date of each cell whose text is not the date itself."""
    text, kind = pl.col(field.name), pl.col(f"{field.name}:kind")
    # Nearly all dates are in ISO form already, so the costly steps see few rows.
    other_rows = table.raw.filter(~text.str.contains(ISO_DATE))
    if not other_rows.height:
        return
    parsed_days = table.body.select(ROW, text.alias("read")).filter(is_iso_date(pl.col("read")))
    raw_rows = other_rows.select(ROW, text, kind).join(parsed_days, on=ROW).sort(ROW)
    yield from raw_rows.filter((normalise_text_expr(text) != pl.col("read")) & (kind != CellKind.DATE)).rows()


def _choose_day_variant(text: str, kind: int) -> str:
    if kind == CellKind.NUMBER and len(text.partition(".")[0]) < _COMPACT_DATE_DIGITS:
        return "serial_day"
    return "day"


def check_no_error_values(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Report each cell that holds a formula error such as #REF!, or a formula that was never calculated."""
    table = subject.table
    if table is None:
        return
    for field in subject.form.fields:
        if field.name in table.columns and _has_valueless_cells(table, field):
            yield from _find_valueless_cells(table, field, rule)


def _has_valueless_cells(table: Table, field: Field) -> bool:
    return any(table.has_kind(field.name, kind) for kind in _VALUELESS_KINDS)


def _find_valueless_cells(table: Table, field: Field, rule: Rule) -> Iterator[FailingRows]:
    for kind, variant in _VARIANTS_BY_VALUELESS_KIND.items():
        rows = table.raw.filter(pl.col(f"{field.name}:kind") == kind)
        yield _build_failing_rows(table, field, rule, rows=rows, variant=variant)


def check_numbers_as_text(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    """Report each figure typed as text and read as the number it means, and each date in another notation."""
    yield from _find_reformatted_days(subject, rule)
    yield from _find_merged_cells(subject, rule, is_shared=True)
    for table, field in _iter_numeric_columns(subject):
        if not table.has_kind(field.name, CellKind.TEXT):
            continue
        typed_rows = table.body.vstack(table.totals)
        parsed_rows = typed_rows.filter(pl.col(field.name).is_not_null()).select(ROW)
        text_rows = table.raw.filter(pl.col(f"{field.name}:kind") == CellKind.TEXT)
        text_rows = text_rows.join(parsed_rows, on=ROW, how="semi").select(ROW, field.name)
        classified_rows = text_rows.with_columns(case=_classify_texts(text_rows[field.name]))
        for (variant,), rows in classified_rows.group_by(["case"], maintain_order=True):
            yield _build_failing_rows(table, field, rule, rows=rows, variant=str(variant))


def _classify_texts(texts: pl.Series) -> pl.Series:
    """Return the main change made to each text, empty for plain figures."""
    unusual_texts = texts.filter(~texts.str.contains(ASCII_NUMBER)).unique().to_list()
    changes = dict(zip(unusual_texts, map(_name_main_change, unusual_texts), strict=True))
    return texts.replace_strict(changes, default="", return_dtype=pl.String)


def _name_main_change(text: str) -> str:
    """Return the normalisation rule that changed a figure most, the one its message is about; empty if none."""
    applied_rules = find_applied_rules(text)
    for name in _CHANGES_BY_WEIGHT:
        if name in applied_rules:
            return name
    return ""


def _iter_numeric_columns(subject: FormUnderCheck) -> Iterator[tuple[Table, Field]]:
    table = subject.table
    if table is None:
        return
    for field in subject.form.fields:
        if field.name in table.columns and field.role in (Role.SERIAL, Role.FIGURE):
            yield table, field


def _iter_date_columns(subject: FormUnderCheck) -> Iterator[tuple[Table, Field]]:
    table = subject.table
    for field in subject.form.fields:
        if table is not None and field.name in table.columns and field.kind == "date":
            yield table, field


def _select_unparsed_rows(table: Table, rows: pl.DataFrame, field: Field) -> pl.DataFrame:
    return _select_raw_rows(table, rows.filter(pl.col(field.name).is_null()).select(ROW), field)


def _select_raw_rows(table: Table, rows: pl.DataFrame, field: Field) -> pl.DataFrame:
    return table.raw.join(rows, on=ROW).sort(ROW).select(ROW, field.name, f"{field.name}:kind")


def _build_failing_rows(table: Table, field: Field, rule: Rule, *, rows: pl.DataFrame, variant: str) -> FailingRows:
    def build_violation(row: int, text: str | None) -> Violation:
        return _build_violation(table, field, rule, row=row, text=text, variant=variant)

    return FailingRows(rule=rule, variant=variant, rows=rows[[ROW, field.name]], build_violation=build_violation)


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
