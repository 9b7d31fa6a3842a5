"""Rules that hold row by row, as polars expressions for pandera: true where the row is right, null where it cannot say.

Each check names the columns that it anchors on and, for each case, the expression; `explain` turns a failing row into
an offence. (phase: table)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from checks.findings import CellRef
from checks.offence import Offence
from checks.tables import ROW, TOWNSHIP_FULL, Table
from contracts.model import Field, Form, Role, Rule

Cases = Mapping[str, pl.Expr]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A named check on rows: where it anchors, what must hold, how a failing row is explained."""

    anchors: Callable[[Form, Rule], tuple[Field, ...]]
    holds: Callable[[Field, Rule], Cases]
    explain: Callable[["Failure"], Offence | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One row that a check found wrong; *row* is Excel's number of it."""

    table: Table
    rule: Rule
    field: Field
    case: str
    row: int

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


def _serial_numbers(field: Field, _: Rule) -> Cases:
    serial = pl.col(field.name)
    return {
        "repeat": ~(serial.is_duplicated() & serial.is_not_null()),
        "gap": _follows(serial),
        "start": _starts(serial),
    }


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
    here = table.body.filter(pl.col(ROW) == failure.row)[name][0]
    if failure.case == "repeat":
        rows = table.body.filter(pl.col(name) == here)[ROW].to_list()
        cells = tuple(table.ref(name, row) for row in rows)
        if failure.row != rows[-1]:
            return None  # the last of the repeated rows speaks for all of them
        return failure.offence(cells, number=str(here), cells="、".join(one.address for one in cells))
    before = numbers.filter(numbers < here).max()
    first = before + 1 if isinstance(before, int) else 1
    lost = [str(number) for number in range(first, min(here, first + 10))]
    return failure.offence(missing="、".join(lost), start=str(here))


def _township_known(field: Field, _: Rule) -> Cases:
    blank = pl.col(field.name).is_null()
    return {"": blank | pl.col(TOWNSHIP_FULL).is_not_null(), "blank": ~blank}


def _township_full_name(field: Field, _: Rule) -> Cases:
    return {"": pl.col(field.name) == pl.col(TOWNSHIP_FULL)}


def _explain_full_name(failure: Failure) -> Offence:
    return failure.offence(expected=_of_row(failure, TOWNSHIP_FULL))


def _of_row(failure: Failure, column: str) -> str:
    return str(failure.table.body.filter(pl.col(ROW) == failure.row)[column][0] or "")


def _unique_in_table(field: Field, _: Rule) -> Cases:
    name = pl.coalesce(TOWNSHIP_FULL, field.name) if field.role is Role.TOWNSHIP else pl.col(field.name)
    return {"": name.is_null() | ~name.is_duplicated()}


def _explain_repeat(failure: Failure) -> Offence | None:
    frame = failure.table.body
    key = TOWNSHIP_FULL if failure.field.role is Role.TOWNSHIP else failure.field.name
    here = _of_row(failure, key) or _of_row(failure, failure.field.name)
    rows = frame.filter((pl.col(key) == here) | (pl.col(failure.field.name) == here))[ROW].to_list()
    cells = tuple(failure.table.ref(failure.field.name, row) for row in rows)
    if failure.row != rows[-1]:
        return None  # the last of the repeated rows speaks for all of them
    return failure.offence(cells, cells="、".join(one.address for one in cells))


BASIC_CHECKS: Mapping[str, RowCheck] = {
    "not_negative": RowCheck(figure_columns, _not_negative, Failure.offence),
    "decimals_at_most": RowCheck(figure_columns, _decimals_at_most, _explain_decimals),
    "serial_numbers": RowCheck(_named_column, _serial_numbers, _explain_serial),
    "township_known": RowCheck(_named_column, _township_known, Failure.offence),
    "township_full_name": RowCheck(_named_column, _township_full_name, _explain_full_name),
    "unique_in_table": RowCheck(_named_column, _unique_in_table, _explain_repeat),
}
