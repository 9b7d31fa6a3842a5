"""Convert the text of a table's columns to the type of their field."""

from collections.abc import Container, Iterator
from typing import Final

import polars as pl

from checks.model.raw_workbook import CellKind
from checks.parsing.code_spellings import standardise_codes_expr, standardise_plots_expr
from checks.parsing.dates import normalise_day_expr
from checks.parsing.text_normalisation import LONG_NUMBER, parse_number_expr
from checks.recognition.column_names import name_kind_column, name_normalised_column, name_number_column
from contracts.form_model import Field, Form, Role

AMOUNT_TYPE = pl.Decimal(38, 10)
# A negative number or a fraction.
INVALID_SERIAL: Final = r"^-|\.\d*[1-9]"


def parse_number_columns(form: Form, columns: Container[str]) -> Iterator[pl.Expr]:
    """Yield, for each numeric or figure field among *columns*, the column of its plain decimal text."""
    for field in list_number_fields(form, columns):
        yield parse_number_expr(pl.col(field.name), field.unit).alias(name_number_column(field.name))


def list_number_fields(form: Form, columns: Container[str]) -> list[Field]:
    """Return the numeric and figure fields among *columns*."""
    fields = [field for field in form.fields if is_numeric(field) or field.role is Role.FIGURE]
    return [field for field in fields if field.name in columns]


def convert_columns(form: Form, columns: Container[str], *, uses_1904_dates: bool) -> Iterator[pl.Expr]:
    """Yield the typed column of each field; a field that is not among *columns* is empty throughout."""
    for field in form.fields:
        if field.name in columns:
            yield _convert_column(field, uses_1904_dates=uses_1904_dates).alias(field.name)
        else:
            yield pl.lit(None, dtype=get_data_type(field)).alias(field.name)


def _convert_column(field: Field, *, uses_1904_dates: bool) -> pl.Expr:
    """Return serial numbers as Int64, other numbers as AMOUNT_TYPE, dates and all else as text."""
    text, kind = pl.col(name_normalised_column(field.name)), pl.col(name_kind_column(field.name))
    if field.kind == "date":
        return normalise_day_expr(text, kind == CellKind.NUMBER, uses_1904_dates=uses_1904_dates)
    if not is_numeric(field):
        return _standardise_text(field, text)
    may_be_number = kind.is_in([CellKind.NUMBER, CellKind.TEXT])
    is_whole = ~text.str.contains(LONG_NUMBER).fill_null(value=False)
    number = pl.when(may_be_number & is_whole).then(pl.col(name_number_column(field.name))).otherwise(None)
    if field.role is Role.SERIAL:
        serial = pl.when(number.str.contains(INVALID_SERIAL)).then(None).otherwise(number)
        return serial.cast(AMOUNT_TYPE, strict=False).cast(pl.Int64, strict=False)
    return number.cast(AMOUNT_TYPE, strict=False)


def _standardise_text(field: Field, text: pl.Expr) -> pl.Expr:
    """Return codes as the contract writes them, plot numbers in one spelling, any other text as it is."""
    if field.codes:
        return standardise_codes_expr(text, field.codes)
    if field.role is Role.PLOT:
        return standardise_plots_expr(text)
    return text


def get_data_type(field: Field) -> pl.DataType:
    """Return the type of a field's column."""
    if field.role is Role.SERIAL:
        return pl.Int64()
    if is_numeric(field):
        return AMOUNT_TYPE
    return pl.String()


def is_numeric(field: Field) -> bool:
    """Return whether the column of a field holds numbers."""
    return field.role is Role.SERIAL or field.kind in ("number", "integer")
