"""Rows inside a table that are no data: a numbering row, a header repeated on the next page, parts, subtotals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from checks.parsing.text_normalisation import normalise_text
from contracts.form_model import Form, Role

# A total under any name that says all; the county's other words for it stand in the contract.
TOTAL_NAME_PATTERN: Final = (
    r"(?i)^(?:全[县区市州省盟旗镇乡]|(?:全[县区市州省盟旗镇乡]|本[县区市表]|各?乡镇(?:\(?街道\)?)?)?"
    r"(?:合计|总计|共计|总数|总和|汇总|总合计|合总计|合計|總計|共計|计|計|total|sum)[数行]?)"
    r":?(?:\((?:万?亩|公顷|平方米)\))?:?$"
)
_TOTAL_NAME: Final = re.compile(TOTAL_NAME_PATTERN)
_SUBTOTAL_NAME: Final = re.compile(
    r"^(其中|小计|本页小计|本页合计|过次页|承前页)|(小计|分计|合计|小計|合計|累计|累計)[数额]?:?$"
)
_CLOSING_LABEL: Final = re.compile(r"(?:小计|分计|合计|累计|小計|合計|累計)[数额]?:?$|^(?:总|合|共|全年|总面积|Σ|∑):?$")
_SUBTOTAL_WORDS: Final = "其中|小计|过次页|承前页|合计|分计|小計|合計|累计|累計"
_COLUMN_NUMBER: Final = re.compile(r"^(?:第?(\d{1,2})栏?|\((\d{1,2})\))$")
_MIN_NUMBERED_COLUMNS: Final = 3  # a run of one or two numbers may be data
_MIN_REPEATED_HEADINGS: Final = 2  # cells that repeat their own heading

RowTexts = Mapping[str, str | None]


def find_non_data_rows(rows: pl.DataFrame, form: Form) -> list[int]:
    """Return the numbers of the rows that count nothing of their own; *rows* has a column a field, and ``row``."""
    suspects = rows.filter(_build_suspect_filter(form, rows))
    names = [field.name for field in form.fields if field.name in rows.columns]
    found = [int(row["row"]) for row in suspects.iter_rows(named=True) if _is_non_data_row(row, form, names)]
    return sorted({*found, *_find_page_titles(rows, form, names, found)})


def is_closing_label(text: str) -> bool:
    """Tell whether the last row of a table without a total is one by its name, though a name of another use."""
    return bool(_CLOSING_LABEL.search(normalise_text(text)))


def find_closing_subtotal(rows: pl.DataFrame, form: Form, row_numbers: Sequence[int]) -> int | None:
    """Return the only row that bears the name of a part, where it stands below all that is numbered."""
    parts = [
        int(row["row"]) for row in _select_rows(rows, row_numbers).iter_rows(named=True) if _is_subtotal(row, form)
    ]
    serial = next((one.name for one in form.get_fields_by_role(Role.SERIAL)), None)
    if len(parts) != 1 or serial not in rows.columns:
        return None
    below = rows.filter((pl.col("row") > parts[0]) & pl.col(serial).str.contains(r"^\s*[0-9]+\s*$"))
    return None if below.height else parts[0]


def _select_rows(rows: pl.DataFrame, row_numbers: Sequence[int]) -> pl.DataFrame:
    return rows.filter(pl.col("row").is_in(row_numbers))


def is_total_name(text: str, form: Form) -> bool:
    """Tell whether a row so named is a total by its name."""
    return normalise_text(text) in map(normalise_text, form.total_names) or bool(
        _TOTAL_NAME.match(normalise_text(text))
    )


def _build_suspect_filter(form: Form, rows: pl.DataFrame) -> pl.Expr:
    """Pick the few rows worth a look, so that a hundred thousand plots cost nothing."""
    labels = [one.name for role in (Role.SERIAL, Role.TOWNSHIP) for one in form.get_fields_by_role(role)]
    usual = [pl.col(name).str.contains("^[0-9]+$") for name in labels[:1] if name in rows.columns]
    names = [pl.col(name).str.contains(r"\p{Han}") for name in labels[1:] if name in rows.columns]
    parts = [pl.col(name).str.contains(_SUBTOTAL_WORDS) for name in labels if name in rows.columns]
    plain = pl.all_horizontal([one.fill_null(value=False) for one in (*usual, *names)] or [pl.lit(value=False)])
    return ~plain | pl.any_horizontal([one.fill_null(value=False) for one in parts] or [pl.lit(value=False)])


def _is_non_data_row(row: RowTexts, form: Form, names: Sequence[str]) -> bool:
    return _is_repeated_header(row, form, names) or _is_numbering_row(row, names) or _is_subtotal(row, form)


def _is_repeated_header(row: RowTexts, form: Form, names: Sequence[str]) -> bool:
    same = sum(
        1 for name in names if normalise_text(row[name] or "") in map(normalise_text, form.get_field(name).all_headings)
    )
    return same >= _MIN_REPEATED_HEADINGS


def _is_numbering_row(row: RowTexts, names: Sequence[str]) -> bool:
    """Columns numbered from left to right, each one higher than the one before; 甲 and 乙 may stand for names."""
    filled = [normalise_text(row[name] or "") for name in names]
    numbers = [_COLUMN_NUMBER.fullmatch(text) for text in filled if text not in ("甲", "乙", "丙", "")]
    if len(numbers) < _MIN_NUMBERED_COLUMNS or not all(numbers):
        return False
    values = [int(match[1] or match[2]) for match in numbers if match]
    return values == list(range(values[0], values[0] + len(values))) and values[0] in (1, 2, 3)


def _is_subtotal(row: RowTexts, form: Form) -> bool:
    labels = [one.name for role in (Role.SERIAL, Role.TOWNSHIP) for one in form.get_fields_by_role(role)]
    said = [normalise_text(row.get(name) or "") for name in labels]
    totals = {normalise_text(name) for name in form.total_names}
    return any(_SUBTOTAL_NAME.search(one) and not _TOTAL_NAME.match(one) and one not in totals for one in said)


def _find_page_titles(
    rows: pl.DataFrame, form: Form, names: Sequence[str], row_numbers: Sequence[int]
) -> Iterator[int]:
    """Yield the lines of words that stand above a repeated header: title and unit of the next page."""
    by_number = {
        int(row["row"]): row for row in _select_rows(rows, _list_rows_above(row_numbers)).iter_rows(named=True)
    }
    for start in row_numbers:
        if not _is_repeated_header(by_number[start], form, names):
            continue
        at = start - 1
        while at in by_number and sum(1 for name in names if normalise_text(by_number[at][name] or "")) == 1:
            yield at
            at -= 1


def _list_rows_above(row_numbers: Sequence[int]) -> list[int]:
    deepest = 6
    return sorted({at - back for at in row_numbers for back in range(deepest)})
