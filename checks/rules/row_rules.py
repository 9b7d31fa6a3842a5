"""Rules on single rows, as polars expressions for pandera: true for a valid row, null if the row cannot be judged.

Each check names its anchor columns and gives one expression per variant; `explain_row` builds the violation of a
failing row. (phase: table)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import TOWNSHIP_FULL, Table
from checks.rules.violation_builder import join_addresses, join_names, list_addresses
from contracts.form_model import Field, Form, Role, Rule

COLUMN_VARIANT = "column"
ROWS_VARIANT = "rows"  # the variant of a violation that covers several rows
SPELLINGS_VARIANT = "spellings"  # the variant of a repeated number that is not always written alike
_MAX_CELLS_NAMED = 5
_MAX_CELLS_POINTED_AT = 200
_MIN_SHARED_ROWS = 2
_MAX_MISSING_NUMBERS_NAMED = 10
ConditionsByVariant = Mapping[str, pl.Expr]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A named check on rows: its anchor columns, its conditions, and the violation of a failing row.

    `explain_column` builds one violation for a column in which most rows fail for one reason. `representative_filter`
    selects one failing row for all rows with the same text. `depends_on_other_rows` marks conditions that look at the
    whole column, such as repeated values; `precheck` accepts a whole column at little cost before its rows are judged.
    """

    get_anchor_fields: Callable[[Form, Rule], tuple[Field, ...]]
    build_conditions: Callable[[Field, Rule], ConditionsByVariant]
    explain_row: Callable[["RowFailure"], Violation | None]
    explain_column: Callable[["RowFailure"], Violation] | None = None
    representative_filter: Callable[[Field], pl.Expr] | None = None
    depends_on_other_rows: bool = False
    precheck: Callable[[pl.DataFrame], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFailure:
    """One row that fails a check; *row* is its number in the spreadsheet.

    *similar_rows* holds every row that failed in the same way: its number, the field, and the township's full name.
    """

    table: Table
    rule: Rule
    field: Field
    variant: str
    row: int
    similar_rows: pl.DataFrame

    @property
    def cell(self) -> CellRef:
        """The failing cell."""
        return self.table.get_cell_ref(self.field.name, self.row)

    @property
    def value(self) -> str:
        """The text of that cell."""
        return self.table.get_stripped_text(self.field.name, self.row)

    def get_cells(self, rows: Iterable[int]) -> tuple[CellRef, ...]:
        """Return the cells of the field in some rows."""
        return tuple(self.table.get_cell_ref(self.field.name, row) for row in rows)

    def build_violation(self, related_cells: tuple[CellRef, ...] = (), **facts: str) -> Violation:
        """Return the violation at this cell, with the facts that every sentence may use."""
        common_facts = {
            "row": str(self.row),
            "cell": self.cell.address,
            "heading": self.field.heading,
            "value": self.value,
            "label": self.table.get_row_label(self.row),
        }
        return Violation(
            rule=self.rule,
            sheet=self.table.sheet,
            cell=self.cell,
            cells=related_cells or (self.cell,),
            variant=self.variant,
            facts={**common_facts, **facts},
            value=self.value or None,
            expected=facts.get("expected"),
        )


def get_figure_columns(form: Form, _: Rule) -> tuple[Field, ...]:
    """Return every column that holds amounts."""
    return form.get_fields_by_role(Role.FIGURE)


def _get_named_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["column"]),)


def _check_not_negative(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name) >= 0}


def _check_decimals_at_most(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name) == pl.col(field.name).round(field.decimals)}


def _explain_decimals(failure: RowFailure) -> Violation:
    return failure.build_violation(decimals=str(failure.field.decimals))


def _explain_column_decimals(failure: RowFailure) -> Violation:
    """Report a column in which most figures have too many decimals: they were not typed one by one."""
    field, rows = failure.field, failure.similar_rows[ROW].to_list()
    cells = failure.get_cells(rows)
    violation = failure.build_violation(cells, decimals=str(field.decimals), count=str(len(rows)), unit=field.unit)
    facts = {**violation.facts, "cells": join_names(list_addresses(cells), _MAX_CELLS_NAMED)}
    return replace(violation, variant=COLUMN_VARIANT, facts=facts, value=None)


def _check_serial_numbers(field: Field, _: Rule) -> ConditionsByVariant:
    serial = pl.col(field.name)
    return {
        "repeat": ~(serial.is_duplicated() & serial.is_not_null()),
        "gap": _check_predecessor(serial),
        "start": _check_first_number(serial),
    }


def _is_counting_from_one(rows: pl.DataFrame) -> bool:
    """Return whether the numbers count 1, 2, 3 and so on, as they nearly always do."""
    serial = rows.to_series()
    if serial.is_empty() or serial[0] != 1:
        return False
    return bool((serial.diff().slice(1) == 1).all(ignore_nulls=False))


def _has_distinct_names(rows: pl.DataFrame) -> bool:
    """Return whether no name is repeated: names with different hashes differ, and hashes compare faster."""
    names = rows.to_series()
    if rows.width > 1:
        names = rows.select(pl.coalesce(TOWNSHIP_FULL, pl.exclude(TOWNSHIP_FULL))).to_series()
    hashes = names.drop_nulls().hash()
    return hashes.n_unique() == len(hashes)


def _check_first_number(serial: pl.Expr) -> pl.Expr:
    """The smallest number is 1; if it is not, the first row with that number fails."""
    first = (serial == serial.min()) & ~serial.is_duplicated()
    return ~(first & (serial.min() != 1)) | _has_unparsed_number(serial)


def _check_predecessor(serial: pl.Expr) -> pl.Expr:
    """Each number has its predecessor somewhere in the column; if not, the first row with that number fails."""
    previous = serial - 1
    has_predecessor = previous.is_in(serial.implode()) | (serial == serial.min())
    starts_below_one = (serial.min() < 1) & (previous == 1)  # the variant "start" reports that
    return has_predecessor | starts_below_one | ~serial.is_first_distinct() | _has_unparsed_number(serial)


def _has_unparsed_number(serial: pl.Expr) -> pl.Expr:
    """A number that cannot be read may be the one that seems to be missing."""
    return serial.is_null().any()


def _explain_serial(failure: RowFailure) -> Violation | None:
    number = failure.table.get_typed_row(failure.row)[failure.field.name][0]
    if failure.variant == "repeat":
        return _explain_repeated_number(failure, number)
    numbers = failure.table.body[failure.field.name]
    previous = numbers.filter(numbers < number).max()
    first = previous + 1 if isinstance(previous, int) else 1
    missing = map(str, range(first, min(number, first + _MAX_MISSING_NUMBERS_NAMED)))
    return failure.build_violation(missing="、".join(missing), start=str(number))


def _explain_repeated_number(failure: RowFailure, number: int) -> Violation | None:
    """Report all rows with this number at the last of them; return None for the others."""
    rows = failure.similar_rows.filter(pl.col(failure.field.name) == number)[ROW]
    if failure.row != rows[-1]:
        return None
    cells = failure.get_cells(rows)
    return failure.build_violation(cells, number=str(number), cells=join_addresses(cells))


def _check_township_known(field: Field, _: Rule) -> ConditionsByVariant:
    blank = pl.col(field.name).is_null()
    return {"": blank | pl.col(TOWNSHIP_FULL).is_not_null(), "blank": ~blank}


def is_first_of_its_name(field: Field) -> pl.Expr:
    """Return an expression that selects the first row of each name; rows without a name are all selected."""
    return pl.col(field.name).is_null() | pl.col(field.name).is_first_distinct()


def _explain_unknown_township(failure: RowFailure) -> Violation:
    """Report all rows with this name at the first of them: they were written the same way."""
    name = failure.field.name
    rows = failure.similar_rows.filter(pl.col(name) == _get_row_value(failure, name))[ROW].to_list()
    if failure.variant or len(rows) < _MIN_SHARED_ROWS:
        return failure.build_violation()
    cells = failure.get_cells(rows[:_MAX_CELLS_POINTED_AT])
    places = join_names(list_addresses(cells), _MAX_CELLS_NAMED * 2)
    return replace(failure.build_violation(cells, count=str(len(rows)), places=places), variant=ROWS_VARIANT)


def _check_township_full_name(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name) == pl.col(TOWNSHIP_FULL)}


def _explain_full_name(failure: RowFailure) -> Violation:
    return failure.build_violation(expected=_get_row_value(failure, TOWNSHIP_FULL))


def _get_row_value(failure: RowFailure, column: str) -> str:
    return str(failure.table.get_typed_row(failure.row)[column][0] or "")


def _check_unique_in_table(field: Field, _: Rule) -> ConditionsByVariant:
    name = pl.col(field.name)
    if field.role is Role.TOWNSHIP:
        name = pl.coalesce(TOWNSHIP_FULL, field.name)
    return {"": name.is_null() | ~name.is_duplicated()}


def _explain_repeat(failure: RowFailure) -> Violation | None:
    """Report all rows with this name at the last of them; return None for the others."""
    field_name = failure.field.name
    key = TOWNSHIP_FULL if failure.field.role is Role.TOWNSHIP else field_name
    name = _get_row_value(failure, key) or _get_row_value(failure, field_name)
    rows = failure.similar_rows.filter((pl.col(key) == name) | (pl.col(field_name) == name))[ROW]
    if failure.row != rows[-1]:
        return None
    cells = failure.get_cells(rows)
    violation = failure.build_violation(cells, cells=join_addresses(cells))
    written_names = {failure.table.get_stripped_text(field_name, row) for row in rows}
    if failure.field.role is Role.PLOT and len(written_names) > 1:
        return replace(violation, variant=SPELLINGS_VARIANT)
    return violation


BASIC_CHECKS: Mapping[str, RowCheck] = {
    "not_negative": RowCheck(get_figure_columns, _check_not_negative, RowFailure.build_violation),
    "decimals_at_most": RowCheck(
        get_figure_columns, _check_decimals_at_most, _explain_decimals, _explain_column_decimals
    ),
    "serial_numbers": RowCheck(
        _get_named_column,
        _check_serial_numbers,
        _explain_serial,
        depends_on_other_rows=True,
        precheck=_is_counting_from_one,
    ),
    "township_known": RowCheck(
        _get_named_column, _check_township_known, _explain_unknown_township, representative_filter=is_first_of_its_name
    ),
    "township_full_name": RowCheck(_get_named_column, _check_township_full_name, _explain_full_name),
    "unique_in_table": RowCheck(
        _get_named_column,
        _check_unique_in_table,
        _explain_repeat,
        depends_on_other_rows=True,
        precheck=_has_distinct_names,
    ),
}
