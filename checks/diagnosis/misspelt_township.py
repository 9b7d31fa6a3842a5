"""A township's name that the register does not have: wherever it stands, it is told once, with what it means."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from checks.diagnosis.evaluation import Verdict
from checks.diagnosis.finding_grouping import beside
from checks.diagnosis.hypothesis_testing import Guess, text
from checks.model.violation import Offence
from checks.recognition.table import ROW, Table
from checks.rules.row_rules import ROWS
from checks.rules.violation_builder import listed
from contracts.form_model import Role
from contracts.registers import County

_SHOWN = 10  # addresses named in one sheet
_SHORT = 3  # addresses named once more in the remedy
_CHECK = "township_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misspelt:
    """A name that is not in the register: the rows of each table that bear it, and the township that is meant.

    *near* is empty where neither spelling nor codes single one out; *coded* tells that the codes do.
    """

    written: str
    rows: tuple[tuple[Table, tuple[int, ...]], ...]
    near: str
    coded: bool


def names_joined(tables: Sequence[Table], offences: Sequence[Offence], county: County | None) -> list[Offence]:
    """Return the offences, what is said of one unknown name joined to the first, with the name that is meant."""
    by_name: dict[str, list[Offence]] = {}
    for one in offences:
        if one.rule.check == _CHECK and one.case in ("", ROWS) and one.value:
            by_name.setdefault(one.value, []).append(one)
    if not by_name or county is None:
        return list(offences)
    heads = {id(several[0]): _head(several, misspelt(tables, name, county)) for name, several in by_name.items()}
    gone = {id(one) for several in by_name.values() for one in several[1:]}
    return [heads.get(id(one), one) for one in offences if id(one) not in gone]


def misspelt(tables: Iterable[Table], written: str, county: County) -> Misspelt:
    """Return where a name stands, and the township of the register that it means."""
    found = [(one, _rows_of(one, written)) for one in tables]
    rows = tuple((table, tuple(numbers)) for table, numbers in found if numbers)
    coded = {name for table, numbers in rows for name in _by_code(table, numbers, county)}
    spelt = [name for name in county.townships.values() if _one_apart(written, name)]
    if len(coded) == 1:
        return Misspelt(written=written, rows=rows, near=coded.pop(), coded=True)
    near = spelt[0] if len(spelt) == 1 and not coded else ""
    return Misspelt(written=written, rows=rows, near=near, coded=False)


def township_column(table: Table) -> str | None:
    """Return the column that names the township of a row."""
    return next((one.name for one in table.form.of_role(Role.TOWNSHIP) if one.name in table.columns), None)


def code_column(table: Table) -> str | None:
    """Return the column with the code of that township."""
    named = (str(rule.arguments["column"]) for rule in table.form.rules if rule.check == "township_code")
    return next((one for one in named if one in table.columns), None)


def rows_pointed_at(table: Table, column: str, offences: Iterable[Offence]) -> list[int]:
    """Return the rows of a table that offences point at in one of its columns."""
    cells = [one.cell.reading_order for one in offences if one.cell and one.sheet == table.sheet]
    rows = {row for _, row, at, _ in cells if at == table.columns[column]}
    return table.body.filter(pl.col(ROW).is_in(list(rows)))[ROW].to_list() if rows else []


def _rows_of(table: Table, written: str) -> list[int]:
    column = township_column(table)
    return table.body.filter(pl.col(column) == written)[ROW].to_list() if column else []


def _by_code(table: Table, rows: Sequence[int], county: County) -> set[str]:
    """Return the townships that the codes of some rows stand for; a code that is none stands for nothing known."""
    column = code_column(table)
    codes = table.body.filter(pl.col(ROW).is_in(list(rows)))[column].drop_nulls().unique() if column else ()
    return {county.townships.get(code, code) for code in codes}


def _one_apart(written: str, name: str) -> bool:
    """Tell whether one character was mistyped, left out or typed too much."""
    if len(written) == len(name):
        return sum(1 for one, other in zip(written, name, strict=True) if one != other) == 1
    longer, shorter = sorted((written, name), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def _head(offences: Sequence[Offence], meant: Misspelt) -> Offence:
    several = len(meant.rows) > 1
    places = "；".join(_places(table, rows, named=several) for table, rows in meant.rows)
    count = sum(len(rows) for _, rows in meant.rows)
    short = listed([cell.address for cell in offences[0].cells], _SHORT)
    facts = {**offences[0].facts, "near": meant.near, "places": places, "count": str(count), "short": short}
    cure = ("township_coded" if meant.coded else "township_spelt") if meant.near else ""
    head = replace(offences[0], case=ROWS if count > 1 else "", cure=cure, facts=facts, expected=meant.near or None)
    return beside(head, offences[1:])


def _places(table: Table, rows: Sequence[int], *, named: bool) -> str:
    cells = listed([table.ref(township_column(table) or "", row).address for row in rows], _SHOWN)
    return f"{table.sheet} {cells}" if named else cells


def respelt(verdict: Verdict, county: County | None) -> Iterator[list[Guess]]:
    """Guess that an unknown name is the township that it comes nearest to, wherever it stands."""
    for one in verdict.offences if county else ():
        if one.rule.check == _CHECK and one.cell and one.expected and one.value and county:
            found = misspelt(verdict.tables, one.value, county)
            cells = {
                table.ref(township_column(table) or "", row): text(found.near)
                for table, rows in found.rows
                for row in rows
            }
            yield [Guess(cell=one.cell, cells=cells, tell=one.cells, speaks=one)]
