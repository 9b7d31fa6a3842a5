"""Columns of short tables, typed text by text: below some hundred rows, a plan of polars costs more than its work.

Each function returns what `column_types` and `table` build for long tables; a property test holds them equal.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import polars as pl

from checks.model.raw_workbook import CellKind
from checks.parsing.code_spellings import ALREADY_PLAIN, find_code, standardise_plot
from checks.parsing.dates import standardise_day
from checks.parsing.text_normalisation import LONG_NUMBER, normalise_text, parse_number
from checks.recognition.column_names import name_kind_column, name_normalised_column, name_number_column
from checks.recognition.column_types import (
    AMOUNT_TYPE,
    INVALID_SERIAL,
    get_data_type,
    is_numeric,
    list_number_fields,
)
from contracts.form_model import Field, Form, Role

Texts = Sequence[str | None]


def normalise_cells(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the normalised texts of a table, null where nothing is left."""
    columns: list[pl.Series] = []
    for column in texts.get_columns():
        normalised = [normalise_text(text) or None if text else None for text in column.to_list()]
        columns.append(_build_texts(name_normalised_column(column.name), normalised))
    return pl.DataFrame(columns)


def iter_number_columns(rows: pl.DataFrame, form: Form) -> Iterator[pl.Series]:
    """Yield, for each numeric or figure field, the column of its plain decimal text."""
    for field in list_number_fields(form, rows.columns):
        numbers = [None if text is None else parse_number(text, field.unit) for text in rows[field.name].to_list()]
        yield _build_texts(name_number_column(field.name), numbers)


def convert_rows(rows: pl.DataFrame, form: Form, *, uses_1904_dates: bool) -> Iterator[pl.Series]:
    """Yield the typed column of each field; a field without a column is empty throughout."""
    for field in form.fields:
        if field.name not in rows.columns:
            yield pl.Series(field.name, [None] * rows.height, dtype=get_data_type(field))
        elif field.kind == "date":
            yield _convert_days(rows, field, uses_1904_dates=uses_1904_dates)
        elif is_numeric(field):
            yield _convert_numbers(rows, field)
        else:
            yield _standardise_texts(rows, field)


def _convert_days(rows: pl.DataFrame, field: Field, *, uses_1904_dates: bool) -> pl.Series:
    days: list[str | None] = []
    for text, kind in zip(_list_texts(rows, field), _list_kinds(rows, field), strict=True):
        is_bare_number = kind == CellKind.NUMBER
        days.append(text and standardise_day(text, is_bare_number=is_bare_number, uses_1904_dates=uses_1904_dates))
    return _build_texts(field.name, days)


def _convert_numbers(rows: pl.DataFrame, field: Field) -> pl.Series:
    numbers = rows[name_number_column(field.name)].to_list()
    for position, (text, kind) in enumerate(zip(_list_texts(rows, field), _list_kinds(rows, field), strict=True)):
        may_be_number = kind in (CellKind.NUMBER, CellKind.TEXT)
        if not may_be_number or (text and re.match(LONG_NUMBER, text)):
            numbers[position] = None
    if field.role is not Role.SERIAL:
        return _build_texts(field.name, numbers).cast(AMOUNT_TYPE, strict=False)
    serials = [None if number and re.search(INVALID_SERIAL, number) else number for number in numbers]
    return _build_texts(field.name, serials).cast(AMOUNT_TYPE, strict=False).cast(pl.Int64, strict=False)


def _standardise_texts(rows: pl.DataFrame, field: Field) -> pl.Series:
    texts = _list_texts(rows, field)
    if field.codes:
        texts = _replace_unusual(texts, field.codes.__contains__, partial(find_code, codes=field.codes))
    elif field.role is Role.PLOT:
        texts = _replace_unusual(texts, partial(re.fullmatch, ALREADY_PLAIN), standardise_plot)
    return _build_texts(field.name, texts)


def _replace_unusual(
    texts: Iterable[str | None], is_usual: Callable[[str], object], find: Callable[[str], str]
) -> Texts:
    return [text if text is None or is_usual(text) else find(text) for text in texts]


def _list_texts(rows: pl.DataFrame, field: Field) -> Texts:
    texts: list[str | None] = rows[name_normalised_column(field.name)].to_list()
    return texts


def _list_kinds(rows: pl.DataFrame, field: Field) -> Sequence[int]:
    kinds: list[int] = rows[name_kind_column(field.name)].to_list()
    return kinds


def _build_texts(name: str, texts: Texts) -> pl.Series:
    return pl.Series(name, texts, dtype=pl.String)
