"""A township's name that the register does not have: wherever it stands, it is told once, with what it means."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.hypothesis_testing import Hypothesis, build_text_content
from checks.model.violation import Violation
from checks.recognition.table import ROW, Table
from checks.rules.row_rules import ROWS_VARIANT
from checks.rules.violation_builder import join_names
from contracts.form_model import Role
from contracts.registers import County

_MAX_ADDRESSES_SHOWN = 10  # addresses named in one sheet
_MAX_ADDRESSES_IN_REMEDY = 3  # addresses named once more in the remedy
_TOWNSHIP_CHECK = "township_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTownshipName:
    """A name that is not in the register: the rows of each table that bear it, and the township that is meant.

    *near* is empty where neither spelling nor codes single one out; *coded* tells that the codes do.
    """

    written_name: str
    rows: tuple[tuple[Table, tuple[int, ...]], ...]
    intended_name: str
    is_found_by_code: bool


def merge_unknown_names(
    tables: Sequence[Table], violations: Sequence[Violation], county: County | None
) -> list[Violation]:
    """Return the offences, what is said of one unknown name joined to the first, with the name that is meant."""
    by_name: dict[str, list[Violation]] = {}
    for one in violations:
        if one.rule.check == _TOWNSHIP_CHECK and one.variant in ("", ROWS_VARIANT) and one.value:
            by_name.setdefault(one.value, []).append(one)
    if not by_name or county is None:
        return list(violations)
    heads = {
        id(several[0]): _build_root_cause(several, resolve_unknown_name(tables, name, county))
        for name, several in by_name.items()
    }
    gone = {id(one) for several in by_name.values() for one in several[1:]}
    return [heads.get(id(one), one) for one in violations if id(one) not in gone]


def resolve_unknown_name(tables: Iterable[Table], written_name: str, county: County) -> UnknownTownshipName:
    """Return where a name stands, and the township of the register that it means."""
    found = [(one, _find_rows_by_name(one, written_name)) for one in tables]
    rows = tuple((table, tuple(numbers)) for table, numbers in found if numbers)
    coded = {name for table, numbers in rows for name in _find_townships_by_code(table, numbers, county)}
    spelt = [name for name in county.townships.values() if _is_one_character_apart(written_name, name)]
    if len(coded) == 1:
        return UnknownTownshipName(
            written_name=written_name, rows=rows, intended_name=coded.pop(), is_found_by_code=True
        )
    near = spelt[0] if len(spelt) == 1 and not coded else ""
    return UnknownTownshipName(written_name=written_name, rows=rows, intended_name=near, is_found_by_code=False)


def find_township_column(table: Table) -> str | None:
    """Return the column that names the township of a row."""
    return next((one.name for one in table.form.get_fields_by_role(Role.TOWNSHIP) if one.name in table.columns), None)


def find_code_column(table: Table) -> str | None:
    """Return the column with the code of that township."""
    named = (str(rule.arguments["column"]) for rule in table.form.rules if rule.check == "township_code")
    return next((one for one in named if one in table.columns), None)


def find_rows_with_violations(table: Table, column: str, violations: Iterable[Violation]) -> list[int]:
    """Return the rows of a table that offences point at in one of its columns."""
    cells = [one.cell.reading_order for one in violations if one.cell and one.sheet == table.sheet]
    rows = {row for _, row, at, _ in cells if at == table.columns[column]}
    return table.body.filter(pl.col(ROW).is_in(list(rows)))[ROW].to_list() if rows else []


def _find_rows_by_name(table: Table, written_name: str) -> list[int]:
    column = find_township_column(table)
    return table.body.filter(pl.col(column) == written_name)[ROW].to_list() if column else []


def _find_townships_by_code(table: Table, rows: Sequence[int], county: County) -> set[str]:
    """Return the townships that the codes of some rows stand for; a code that is none stands for nothing known."""
    column = find_code_column(table)
    codes = table.body.filter(pl.col(ROW).is_in(list(rows)))[column].drop_nulls().unique() if column else ()
    return {county.townships.get(code, code) for code in codes}


def _is_one_character_apart(written_name: str, registered_name: str) -> bool:
    """Tell whether one character was mistyped, left out or typed too much."""
    if len(written_name) == len(registered_name):
        return sum(1 for one, other in zip(written_name, registered_name, strict=True) if one != other) == 1
    longer, shorter = sorted((written_name, registered_name), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def _build_root_cause(violations: Sequence[Violation], unknown_name: UnknownTownshipName) -> Violation:
    several = len(unknown_name.rows) > 1
    places = "；".join(_format_addresses(table, rows, with_sheet=several) for table, rows in unknown_name.rows)
    count = sum(len(rows) for _, rows in unknown_name.rows)
    short = join_names([cell.address for cell in violations[0].cells], _MAX_ADDRESSES_IN_REMEDY)
    facts = {
        **violations[0].facts,
        "near": unknown_name.intended_name,
        "places": places,
        "count": str(count),
        "short": short,
    }
    cure = (
        ("township_coded" if unknown_name.is_found_by_code else "township_spelt") if unknown_name.intended_name else ""
    )
    head = replace(
        violations[0],
        variant=ROWS_VARIANT if count > 1 else "",
        remedy_key=cure,
        facts=facts,
        expected=unknown_name.intended_name or None,
    )
    return merge_into(head, violations[1:])


def _format_addresses(table: Table, rows: Sequence[int], *, with_sheet: bool) -> str:
    cells = join_names(
        [table.get_cell_ref(find_township_column(table) or "", row).address for row in rows], _MAX_ADDRESSES_SHOWN
    )
    return f"{table.sheet} {cells}" if with_sheet else cells


def propose_township_spellings(evaluation: Evaluation, county: County | None) -> Iterator[list[Hypothesis]]:
    """Guess that an unknown name is the township that it comes nearest to, wherever it stands."""
    for one in evaluation.violations if county else ():
        if one.rule.check == _TOWNSHIP_CHECK and one.cell and one.expected and one.value and county:
            found = resolve_unknown_name(evaluation.tables, one.value, county)
            cells = {
                table.get_cell_ref(find_township_column(table) or "", row): build_text_content(found.intended_name)
                for table, rows in found.rows
                for row in rows
            }
            yield [Hypothesis(cell=one.cell, corrections=cells, highlight=one.cells, message_from=one)]
