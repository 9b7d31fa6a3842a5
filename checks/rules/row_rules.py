"""Rules that hold row by row, as polars expressions for pandera: true where the row is right, null where it cannot say.

Each check names the columns that it anchors on and, for each case, the expression; `explain` turns a failing row into
an offence. (phase: table)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.table import ROW, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import join_names
from contracts.form_model import Field, Form, Role, Rule

COLUMN_VARIANT = "column"
ROWS_VARIANT = "rows"  # the case of an offence that speaks for several rows
_MAX_CELLS_NAMED = 5
_MAX_CELLS_POINTED_AT = 200
_MIN_SHARED_ROWS = 2
ConditionsByVariant = Mapping[str, pl.Expr]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A named check on rows: where it anchors, what must hold, how a failing row is explained.

    *whole* explains the rows of a column of which most fail, where that is one cause. *speaks* tells of failing rows
    which ones speak for others that bear the same text.
    """

    get_anchor_fields: Callable[[Form, Rule], tuple[Field, ...]]
    build_conditions: Callable[[Field, Rule], ConditionsByVariant]
    explain_row: Callable[["RowFailure"], Violation | None]
    explain_column: Callable[["RowFailure"], Violation] | None = None
    representative_filter: Callable[[Field], pl.Expr] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFailure:
    """One row that a check found wrong; *row* is Excel's number of it.

    *alike* has every row that failed in the same way: its number, the field, and the township's full name.
    """

    table: Table
    rule: Rule
    field: Field
    variant: str
    row: int
    similar_rows: pl.DataFrame

    @property
    def cell(self) -> CellRef:
        """The cell at fault."""
        return self.table.get_cell_ref(self.field.name, self.row)

    @property
    def value(self) -> str:
        """The text of that cell."""
        return self.table.get_stripped_text(self.field.name, self.row)

    def build_violation(self, related_cells: tuple[CellRef, ...] = (), **facts: str) -> Violation:
        """Return the offence at this cell with the facts that every sentence may use."""
        known = {
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
            facts={**known, **facts},
            value=self.value or None,
            expected=facts.get("expected"),
        )


def get_figure_columns(form: Form, _: Rule) -> tuple[Field, ...]:
    """Anchor on every column that holds amounts."""
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
    """Most figures of a column have too many decimals: they were not typed one by one."""
    field, rows = failure.field, failure.similar_rows[ROW].to_list()
    cells = tuple(failure.table.get_cell_ref(field.name, row) for row in rows)
    told = failure.build_violation(cells, decimals=str(field.decimals), count=str(len(rows)), unit=field.unit)
    facts = {**told.facts, "cells": join_names([one.address for one in cells], _MAX_CELLS_NAMED)}
    return replace(told, variant=COLUMN_VARIANT, facts=facts, value=None)


def _check_serial_numbers(field: Field, _: Rule) -> ConditionsByVariant:
    serial = pl.col(field.name)
    cases = {
        "repeat": ~(serial.is_duplicated() & serial.is_not_null()),
        "gap": _check_predecessor(serial),
        "start": _check_first_number(serial),
    }
    return {case: _apply_with_precheck(_is_counting_from_one, serial, holds) for case, holds in cases.items()}


def _apply_with_precheck(precheck: Callable[[pl.Series], bool], column: pl.Expr, condition: pl.Expr) -> pl.Expr:
    """Return what *holds* of a column; where a glance tells that all is *fine*, its rows are not compared."""
    return column.map_batches(
        lambda rows: (
            pl.repeat(True, len(rows), eager=True)  # noqa: FBT003 - the value repeated
            if precheck(rows)
            else rows.to_frame().select(condition).to_series()
        ),
        return_dtype=pl.Boolean,
    )


def _is_counting_from_one(serial: pl.Series) -> bool:
    """Tell whether numbers count from 1, as they nearly always do."""
    return len(serial) > 0 and serial[0] == 1 and bool((serial.diff().slice(1) == 1).all(ignore_nulls=False))


def _has_distinct_names(names: pl.Series) -> bool:
    """Tell whether no two names are alike: those whose hashes differ do, and numbers are told apart faster."""
    known = names.drop_nulls().hash()
    return known.n_unique() == len(known)


def _check_first_number(serial: pl.Expr) -> pl.Expr:
    """The smallest number is 1; the first row that bears it answers for the table."""
    first = (serial == serial.min()) & ~serial.is_duplicated()
    return ~(first & (serial.min() != 1)) | _has_unparsed_number(serial)


def _check_predecessor(serial: pl.Expr) -> pl.Expr:
    """Each number has its predecessor somewhere in the column; the first row that bears it answers."""
    previous = serial - 1
    known = previous.is_in(serial.implode()) | (serial == serial.min())
    begun_below = (serial.min() < 1) & (previous == 1)  # the rule on the first number speaks of that
    return known | begun_below | ~serial.is_first_distinct() | _has_unparsed_number(serial)


def _has_unparsed_number(serial: pl.Expr) -> pl.Expr:
    """A number that cannot be read may be the one that seems to lack."""
    return serial.is_null().any()


def _explain_serial(failure: RowFailure) -> Violation | None:
    table, name = failure.table, failure.field.name
    numbers = table.body[name]
    here = table.get_typed_row(failure.row)[name][0]
    if failure.variant == "repeat":
        rows = failure.similar_rows.filter(pl.col(name) == here)[ROW]
        if failure.row != rows[-1]:
            return None  # the last of the repeated rows speaks for all of them
        cells = tuple(table.get_cell_ref(name, row) for row in rows)
        return failure.build_violation(cells, number=str(here), cells="、".join(one.address for one in cells))
    before = numbers.filter(numbers < here).max()
    first = before + 1 if isinstance(before, int) else 1
    lost = [str(number) for number in range(first, min(here, first + 10))]
    return failure.build_violation(missing="、".join(lost), start=str(here))


def _check_township_known(field: Field, _: Rule) -> ConditionsByVariant:
    blank = pl.col(field.name).is_null()
    return {"": blank | pl.col(TOWNSHIP_FULL).is_not_null(), "blank": ~blank}


def is_first_of_its_name(field: Field) -> pl.Expr:
    """Tell of rows that fail which one is the first to bear its name; a blank bears none."""
    return pl.col(field.name).is_null() | pl.col(field.name).is_first_distinct()


def _explain_unknown_township(failure: RowFailure) -> Violation:
    """The first row of a name speaks for all that bear it: they were written the same way."""
    name = failure.field.name
    rows = failure.similar_rows.filter(pl.col(name) == _get_row_value(failure, name))[ROW].to_list()
    if failure.variant or len(rows) < _MIN_SHARED_ROWS:
        return failure.build_violation()
    cells = tuple(failure.table.get_cell_ref(name, row) for row in rows[:_MAX_CELLS_POINTED_AT])
    places = join_names([one.address for one in cells], _MAX_CELLS_NAMED * 2)
    return replace(failure.build_violation(cells, count=str(len(rows)), places=places), variant=ROWS_VARIANT)


def _check_township_full_name(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name) == pl.col(TOWNSHIP_FULL)}


def _explain_full_name(failure: RowFailure) -> Violation:
    return failure.build_violation(expected=_get_row_value(failure, TOWNSHIP_FULL))


def _get_row_value(failure: RowFailure, column: str) -> str:
    return str(failure.table.get_typed_row(failure.row)[column][0] or "")


def _check_unique_in_table(field: Field, _: Rule) -> ConditionsByVariant:
    name = pl.coalesce(TOWNSHIP_FULL, field.name) if field.role is Role.TOWNSHIP else pl.col(field.name)
    return {"": _apply_with_precheck(_has_distinct_names, name, pl.first().is_null() | ~pl.first().is_duplicated())}


def _explain_repeat(failure: RowFailure) -> Violation | None:
    key = TOWNSHIP_FULL if failure.field.role is Role.TOWNSHIP else failure.field.name
    here = _get_row_value(failure, key) or _get_row_value(failure, failure.field.name)
    rows = failure.similar_rows.filter((pl.col(key) == here) | (pl.col(failure.field.name) == here))[ROW]
    if failure.row != rows[-1]:
        return None  # the last of the repeated rows speaks for all of them
    cells = tuple(failure.table.get_cell_ref(failure.field.name, row) for row in rows)
    return failure.build_violation(cells, cells="、".join(one.address for one in cells))


BASIC_CHECKS: Mapping[str, RowCheck] = {
    "not_negative": RowCheck(get_figure_columns, _check_not_negative, RowFailure.build_violation),
    "decimals_at_most": RowCheck(
        get_figure_columns, _check_decimals_at_most, _explain_decimals, _explain_column_decimals
    ),
    "serial_numbers": RowCheck(_get_named_column, _check_serial_numbers, _explain_serial),
    "township_known": RowCheck(
        _get_named_column, _check_township_known, _explain_unknown_township, representative_filter=is_first_of_its_name
    ),
    "township_full_name": RowCheck(_get_named_column, _check_township_full_name, _explain_full_name),
    "unique_in_table": RowCheck(_get_named_column, _check_unique_in_table, _explain_repeat),
}
