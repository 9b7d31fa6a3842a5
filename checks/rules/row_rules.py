"""Rules that hold row by row, as polars expressions for pandera: true where the row is right, null where it cannot say.

Each check names the columns that it anchors on and, for each case, the expression; `explain` turns a failing row into
an offence. (phase: table)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Offence
from checks.recognition.table import ROW, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import listed
from contracts.form_model import Field, Form, Role, Rule

COLUMN = "column"
ROWS = "rows"  # the case of an offence that speaks for several rows
_CELLS_TOLD = 5
_CELLS_POINTED_AT = 200
_SEVERAL = 2
Cases = Mapping[str, pl.Expr]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A named check on rows: where it anchors, what must hold, how a failing row is explained.

    *whole* explains the rows of a column of which most fail, where that is one cause. *speaks* tells of failing rows
    which ones speak for others that bear the same text.
    """

    anchors: Callable[[Form, Rule], tuple[Field, ...]]
    holds: Callable[[Field, Rule], Cases]
    explain: Callable[["Failure"], Offence | None]
    whole: Callable[["Failure"], Offence] | None = None
    speaks: Callable[[Field], pl.Expr] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One row that a check found wrong; *row* is Excel's number of it.

    *alike* has every row that failed in the same way: its number, the field, and the township's full name.
    """

    table: Table
    rule: Rule
    field: Field
    case: str
    row: int
    alike: pl.DataFrame

    @property
    def cell(self) -> CellRef:
        """The cell at fault."""
        return self.table.ref(self.field.name, self.row)

    @property
    def value(self) -> str:
        """The text of that cell."""
        return self.table.written(self.field.name, self.row)

    def offence(self, involved: tuple[CellRef, ...] = (), **facts: str) -> Offence:
        """Return the offence at this cell with the facts that every sentence may use."""
        known = {
            "row": str(self.row),
            "cell": self.cell.address,
            "heading": self.field.heading,
            "value": self.value,
            "label": self.table.label(self.row),
        }
        return Offence(
            rule=self.rule,
            sheet=self.table.sheet,
            cell=self.cell,
            cells=involved or (self.cell,),
            case=self.case,
            facts={**known, **facts},
            value=self.value or None,
            expected=facts.get("expected"),
        )


def figure_columns(form: Form, _: Rule) -> tuple[Field, ...]:
    """Anchor on every column that holds amounts."""
    return form.of_role(Role.FIGURE)


def _named_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.field(rule.arguments["column"]),)


def _not_negative(field: Field, _: Rule) -> Cases:
    return {"": pl.col(field.name) >= 0}


def _decimals_at_most(field: Field, _: Rule) -> Cases:
    return {"": pl.col(field.name) == pl.col(field.name).round(field.decimals)}


def _explain_decimals(failure: Failure) -> Offence:
    return failure.offence(decimals=str(failure.field.decimals))


def _explain_column(failure: Failure) -> Offence:
    """Most figures of a column have too many decimals: they were not typed one by one."""
    field, rows = failure.field, failure.alike[ROW].to_list()
    cells = tuple(failure.table.ref(field.name, row) for row in rows)
    told = failure.offence(cells, decimals=str(field.decimals), count=str(len(rows)), unit=field.unit)
    facts = {**told.facts, "cells": listed([one.address for one in cells], _CELLS_TOLD)}
    return replace(told, case=COLUMN, facts=facts, value=None)


def _serial_numbers(field: Field, _: Rule) -> Cases:
    serial = pl.col(field.name)
    cases = {
        "repeat": ~(serial.is_duplicated() & serial.is_not_null()),
        "gap": _follows(serial),
        "start": _starts(serial),
    }
    return {case: _unless(_in_order, serial, holds) for case, holds in cases.items()}


def _unless(fine: Callable[[pl.Series], bool], column: pl.Expr, holds: pl.Expr) -> pl.Expr:
    """Return what *holds* of a column; where a glance tells that all is *fine*, its rows are not compared."""
    return column.map_batches(
        lambda rows: (
            pl.repeat(True, len(rows), eager=True)  # noqa: FBT003 - the value repeated
            if fine(rows)
            else rows.to_frame().select(holds).to_series()
        ),
        return_dtype=pl.Boolean,
    )


def _in_order(serial: pl.Series) -> bool:
    """Tell whether numbers count from 1, as they nearly always do."""
    return len(serial) > 0 and serial[0] == 1 and bool((serial.diff().slice(1) == 1).all(ignore_nulls=False))


def _all_differ(names: pl.Series) -> bool:
    """Tell whether no two names are alike: those whose hashes differ do, and numbers are told apart faster."""
    known = names.drop_nulls().hash()
    return known.n_unique() == len(known)


def _starts(serial: pl.Expr) -> pl.Expr:
    """The smallest number is 1; the first row that bears it answers for the table."""
    first = (serial == serial.min()) & ~serial.is_duplicated()
    return ~(first & (serial.min() != 1)) | _unread(serial)


def _follows(serial: pl.Expr) -> pl.Expr:
    """Each number has its predecessor somewhere in the column; the first row that bears it answers."""
    previous = serial - 1
    known = previous.is_in(serial.implode()) | (serial == serial.min())
    begun_below = (serial.min() < 1) & (previous == 1)  # the rule on the first number speaks of that
    return known | begun_below | ~serial.is_first_distinct() | _unread(serial)


def _unread(serial: pl.Expr) -> pl.Expr:
    """A number that cannot be read may be the one that seems to lack."""
    return serial.is_null().any()


def _explain_serial(failure: Failure) -> Offence | None:
    table, name = failure.table, failure.field.name
    numbers = table.body[name]
    here = table.typed(failure.row)[name][0]
    if failure.case == "repeat":
        rows = failure.alike.filter(pl.col(name) == here)[ROW]
        if failure.row != rows[-1]:
            return None  # the last of the repeated rows speaks for all of them
        cells = tuple(table.ref(name, row) for row in rows)
        return failure.offence(cells, number=str(here), cells="、".join(one.address for one in cells))
    before = numbers.filter(numbers < here).max()
    first = before + 1 if isinstance(before, int) else 1
    lost = [str(number) for number in range(first, min(here, first + 10))]
    return failure.offence(missing="、".join(lost), start=str(here))


def _township_known(field: Field, _: Rule) -> Cases:
    blank = pl.col(field.name).is_null()
    return {"": blank | pl.col(TOWNSHIP_FULL).is_not_null(), "blank": ~blank}


def first_of_its_name(field: Field) -> pl.Expr:
    """Tell of rows that fail which one is the first to bear its name; a blank bears none."""
    return pl.col(field.name).is_null() | pl.col(field.name).is_first_distinct()


def _explain_unknown(failure: Failure) -> Offence:
    """The first row of a name speaks for all that bear it: they were written the same way."""
    name = failure.field.name
    rows = failure.alike.filter(pl.col(name) == _of_row(failure, name))[ROW].to_list()
    if failure.case or len(rows) < _SEVERAL:
        return failure.offence()
    cells = tuple(failure.table.ref(name, row) for row in rows[:_CELLS_POINTED_AT])
    places = listed([one.address for one in cells], _CELLS_TOLD * 2)
    return replace(failure.offence(cells, count=str(len(rows)), places=places), case=ROWS)


def _township_full_name(field: Field, _: Rule) -> Cases:
    return {"": pl.col(field.name) == pl.col(TOWNSHIP_FULL)}


def _explain_full_name(failure: Failure) -> Offence:
    return failure.offence(expected=_of_row(failure, TOWNSHIP_FULL))


def _of_row(failure: Failure, column: str) -> str:
    return str(failure.table.typed(failure.row)[column][0] or "")


def _unique_in_table(field: Field, _: Rule) -> Cases:
    name = pl.coalesce(TOWNSHIP_FULL, field.name) if field.role is Role.TOWNSHIP else pl.col(field.name)
    return {"": _unless(_all_differ, name, pl.first().is_null() | ~pl.first().is_duplicated())}


def _explain_repeat(failure: Failure) -> Offence | None:
    key = TOWNSHIP_FULL if failure.field.role is Role.TOWNSHIP else failure.field.name
    here = _of_row(failure, key) or _of_row(failure, failure.field.name)
    rows = failure.alike.filter((pl.col(key) == here) | (pl.col(failure.field.name) == here))[ROW]
    if failure.row != rows[-1]:
        return None  # the last of the repeated rows speaks for all of them
    cells = tuple(failure.table.ref(failure.field.name, row) for row in rows)
    return failure.offence(cells, cells="、".join(one.address for one in cells))


BASIC_CHECKS: Mapping[str, RowCheck] = {
    "not_negative": RowCheck(figure_columns, _not_negative, Failure.offence),
    "decimals_at_most": RowCheck(figure_columns, _decimals_at_most, _explain_decimals, _explain_column),
    "serial_numbers": RowCheck(_named_column, _serial_numbers, _explain_serial),
    "township_known": RowCheck(_named_column, _township_known, _explain_unknown, speaks=first_of_its_name),
    "township_full_name": RowCheck(_named_column, _township_full_name, _explain_full_name),
    "unique_in_table": RowCheck(_named_column, _unique_in_table, _explain_repeat),
}
