"""Rows inside a table that are no data: a numbering row, a header repeated on the next page, parts, subtotals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from checks.parsing.text_normalisation import compact
from contracts.form_model import Form, Role

# A total under any name that says all; the county's other words for it stand in the contract.
TOTAL_NAMES: Final = (
    r"(?i)^(?:全[县区市州省盟旗镇乡]|(?:全[县区市州省盟旗镇乡]|本[县区市表]|各?乡镇(?:\(?街道\)?)?)?"
    r"(?:合计|总计|共计|总数|总和|汇总|总合计|合总计|合計|總計|共計|计|計|total|sum)[数行]?)"
    r":?(?:\((?:万?亩|公顷|平方米)\))?:?$"
)
_TOTAL: Final = re.compile(TOTAL_NAMES)
_PART: Final = re.compile(
    r"^(其中|小计|本页小计|本页合计|过次页|承前页)|(小计|分计|合计|小計|合計|累计|累計)[数额]?:?$"
)
_CLOSING: Final = re.compile(r"(?:小计|分计|合计|累计|小計|合計|累計)[数额]?:?$|^(?:总|合|共|全年|总面积|Σ|∑):?$")
_SIGNS: Final = "其中|小计|过次页|承前页|合计|分计|小計|合計|累计|累計"
_NUMBERING: Final = re.compile(r"^(?:第?(\d{1,2})栏?|\((\d{1,2})\))$")
_LEAST: Final = 3  # a run of one or two numbers may be data
_HEADINGS: Final = 2  # cells that repeat their own heading

Row = Mapping[str, str | None]


def no_data_rows(rows: pl.DataFrame, form: Form) -> list[int]:
    """Return the numbers of the rows that count nothing of their own; *rows* has a column a field, and ``row``."""
    suspects = rows.filter(_suspect(form, rows))
    names = [field.name for field in form.fields if field.name in rows.columns]
    found = [int(row["row"]) for row in suspects.iter_rows(named=True) if _is_furniture(row, form, names)]
    return sorted({*found, *_page_titles(rows, form, names, found)})


def closes(text: str) -> bool:
    """Tell whether the last row of a table without a total is one by its name, though a name of another use."""
    return bool(_CLOSING.search(compact(text)))


def closing_part(rows: pl.DataFrame, form: Form, found: Sequence[int]) -> int | None:
    """Return the only row that bears the name of a part, where it stands below all that is numbered."""
    parts = [int(row["row"]) for row in _numbered(rows, found).iter_rows(named=True) if _is_part(row, form)]
    serial = next((one.name for one in form.of_role(Role.SERIAL)), None)
    if len(parts) != 1 or serial not in rows.columns:
        return None
    below = rows.filter((pl.col("row") > parts[0]) & pl.col(serial).str.contains(r"^\s*[0-9]+\s*$"))
    return None if below.height else parts[0]


def _numbered(rows: pl.DataFrame, numbers: Sequence[int]) -> pl.DataFrame:
    return rows.filter(pl.col("row").is_in(numbers))


def is_total_name(text: str, form: Form) -> bool:
    """Tell whether a row so named is a total by its name."""
    return compact(text) in map(compact, form.total_names) or bool(_TOTAL.match(compact(text)))


def _suspect(form: Form, rows: pl.DataFrame) -> pl.Expr:
    """Pick the few rows worth a look, so that a hundred thousand plots cost nothing."""
    labels = [one.name for role in (Role.SERIAL, Role.TOWNSHIP) for one in form.of_role(role)]
    usual = [pl.col(name).str.contains("^[0-9]+$") for name in labels[:1] if name in rows.columns]
    names = [pl.col(name).str.contains(r"\p{Han}") for name in labels[1:] if name in rows.columns]
    parts = [pl.col(name).str.contains(_SIGNS) for name in labels if name in rows.columns]
    plain = pl.all_horizontal([one.fill_null(value=False) for one in (*usual, *names)] or [pl.lit(value=False)])
    return ~plain | pl.any_horizontal([one.fill_null(value=False) for one in parts] or [pl.lit(value=False)])


def _is_furniture(row: Row, form: Form, names: Sequence[str]) -> bool:
    return _repeats_header(row, form, names) or _is_numbering(row, names) or _is_part(row, form)


def _repeats_header(row: Row, form: Form, names: Sequence[str]) -> bool:
    same = sum(1 for name in names if compact(row[name] or "") in map(compact, form.field(name).headings))
    return same >= _HEADINGS


def _is_numbering(row: Row, names: Sequence[str]) -> bool:
    """Columns numbered from left to right, each one higher than the one before; 甲 and 乙 may stand for names."""
    filled = [compact(row[name] or "") for name in names]
    numbers = [_NUMBERING.fullmatch(text) for text in filled if text not in ("甲", "乙", "丙", "")]
    if len(numbers) < _LEAST or not all(numbers):
        return False
    values = [int(match[1] or match[2]) for match in numbers if match]
    return values == list(range(values[0], values[0] + len(values))) and values[0] in (1, 2, 3)


def _is_part(row: Row, form: Form) -> bool:
    labels = [one.name for role in (Role.SERIAL, Role.TOWNSHIP) for one in form.of_role(role)]
    said = [compact(row.get(name) or "") for name in labels]
    totals = {compact(name) for name in form.total_names}
    return any(_PART.search(one) and not _TOTAL.match(one) and one not in totals for one in said)


def _page_titles(rows: pl.DataFrame, form: Form, names: Sequence[str], found: Sequence[int]) -> Iterator[int]:
    """Yield the lines of words that stand above a repeated header: title and unit of the next page."""
    by_number = {int(row["row"]): row for row in _numbered(rows, _above(found)).iter_rows(named=True)}
    for start in found:
        if not _repeats_header(by_number[start], form, names):
            continue
        at = start - 1
        while at in by_number and sum(1 for name in names if compact(by_number[at][name] or "")) == 1:
            yield at
            at -= 1


def _above(found: Sequence[int]) -> list[int]:
    deepest = 6
    return sorted({at - back for at in found for back in range(deepest)})
