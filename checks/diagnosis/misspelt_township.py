"""A township's name that is not in the register: one finding for all its cells, with the township that is meant."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import ne

import polars as pl

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.hypothesis_testing import Hypothesis, build_text_content
from checks.diagnosis.table_columns import (
    find_code_column,
    find_township_column,
    get_column_cells,
    join_addresses,
    list_rules,
)
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import TOWNSHIP_FULL, Table
from checks.rules.row_rules import ROWS_VARIANT
from contracts.registers import County

_MAX_ADDRESSES_PER_SHEET = 10
_MAX_ADDRESSES_IN_REMEDY = 3
_TOWNSHIP_CHECK = "township_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTownshipName:
    """A name that is not in the register, the rows of each table that have it, and the township that is meant.

    *intended_name* is "" if neither spelling nor codes identify one township; *is_found_by_code* is true if the
    codes do.
    """

    written_name: str
    rows: tuple[tuple[Table, tuple[int, ...]], ...]
    intended_name: str
    is_found_by_code: bool

    @property
    def row_count(self) -> int:
        """The number of rows with the name, in all tables."""
        return len(list(self.iter_cells()))

    def iter_cells(self) -> Iterator[CellRef]:
        """Yield the cells that hold the name."""
        for table, rows in self.rows:
            yield from _get_township_cells(table, rows)


def merge_unknown_names(
    tables: Sequence[Table], violations: Sequence[Violation], county: County | None
) -> list[Violation]:
    """Return the violations, with those of each unknown name merged into the first of them.

    The merged violation gives the name that is meant. Without a *county* nothing is merged.
    """
    violations_by_name: dict[str, list[Violation]] = defaultdict(list)
    for violation in violations:
        if violation.rule.check == _TOWNSHIP_CHECK and violation.variant in ("", ROWS_VARIANT) and violation.value:
            violations_by_name[violation.value].append(violation)
    if county is None:
        return list(violations)
    root_causes: dict[int, Violation] = {}
    merged: set[int] = set()
    for name, name_violations in violations_by_name.items():
        first, *others = name_violations
        root_causes[id(first)] = _build_root_cause(name_violations, resolve_unknown_name(tables, name, county))
        merged.update(map(id, others))
    return [root_causes.get(id(violation), violation) for violation in violations if id(violation) not in merged]


def resolve_unknown_name(tables: Iterable[Table], written_name: str, county: County) -> UnknownTownshipName:
    """Return the rows that have an unknown name, and the township of the register that it means.

    The codes beside the name decide if they stand for one township. Without codes, it is the only township whose
    name differs in one character and that has no other row in a table with one row for each township.
    """
    rows_by_table: list[tuple[Table, tuple[int, ...]]] = []
    coded_names: set[str] = set()
    for table in tables:
        rows = _find_rows_by_name(table, written_name)
        if rows:
            rows_by_table.append((table, tuple(rows)))
            coded_names |= _find_townships_by_code(table, rows, county=county)
    names = list(coded_names)
    if not coded_names:
        near_names = [name for name in county.townships.values() if _is_one_character_apart(written_name, name)]
        taken_names = _find_taken_names(table for table, _ in rows_by_table)
        names = [name for name in near_names if name not in taken_names]
    intended_name = ""
    if len(names) == 1:
        (intended_name,) = names
    return UnknownTownshipName(
        written_name=written_name,
        rows=tuple(rows_by_table),
        intended_name=intended_name,
        is_found_by_code=len(coded_names) == 1,
    )


def _find_taken_names(tables: Iterable[Table]) -> set[str]:
    """Return the townships that have their row in a table with one row for each."""
    names: set[str] = set()
    for table in tables:
        columns = [rule.arguments["column"] for rule in list_rules(table, "unique_in_table")]
        if find_township_column(table) in columns:
            names.update(table.body[TOWNSHIP_FULL].drop_nulls())
    return names


def _find_rows_by_name(table: Table, written_name: str) -> list[int]:
    column = find_township_column(table)
    if column is None:
        return []
    return table.body.filter(pl.col(column) == written_name)[ROW].to_list()


def _find_townships_by_code(table: Table, rows: Sequence[int], *, county: County) -> set[str]:
    """Return the townships of the codes in some rows; a code that is not in the register stands for itself."""
    column = find_code_column(table)
    if column is None:
        return set()
    codes = table.body.filter(pl.col(ROW).is_in(list(rows)))[column].drop_nulls().unique()
    return {county.townships.get(code, code) for code in codes}


def _is_one_character_apart(written_name: str, registered_name: str) -> bool:
    """Return whether one character was mistyped, left out or added."""
    if len(written_name) == len(registered_name):
        differences = list(map(ne, written_name, registered_name))
        return differences.count(True) == 1
    longer, shorter = sorted((written_name, registered_name), key=len, reverse=True)
    if len(longer) != len(shorter) + 1:
        return False
    return any(longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)))


def _build_root_cause(violations: Sequence[Violation], unknown_name: UnknownTownshipName) -> Violation:
    first, *others = violations
    count = unknown_name.row_count
    facts = {
        **first.facts,
        "near": unknown_name.intended_name,
        "places": _format_addresses(unknown_name),
        "count": str(count),
        "short": join_addresses(first.cells, _MAX_ADDRESSES_IN_REMEDY),
    }
    root_cause = replace(
        first,
        variant=ROWS_VARIANT if count > 1 else "",
        remedy_key=_choose_remedy_key(unknown_name),
        facts=facts,
        expected=unknown_name.intended_name or None,
    )
    return merge_into(root_cause, others)


def _choose_remedy_key(unknown_name: UnknownTownshipName) -> str:
    if not unknown_name.intended_name:
        return ""
    if unknown_name.is_found_by_code:
        return "township_coded"
    return "township_spelt"


def _format_addresses(unknown_name: UnknownTownshipName) -> str:
    """Return the addresses of the cells, with the sheet's name if there are several sheets."""
    texts: list[str] = []
    for table, rows in unknown_name.rows:
        text = join_addresses(_get_township_cells(table, rows), _MAX_ADDRESSES_PER_SHEET)
        if len(unknown_name.rows) > 1:
            text = f"{table.sheet} {text}"
        texts.append(text)
    return "；".join(texts)


def _get_township_cells(table: Table, rows: Iterable[int]) -> list[CellRef]:
    return get_column_cells(table, find_township_column(table) or "", rows)


def propose_township_spellings(evaluation: Evaluation, county: County | None) -> Iterator[list[Hypothesis]]:
    """Yield the hypothesis that an unknown name means the closest township, in all rows that have it."""
    if county is None:
        return
    for violation in evaluation.violations:
        if violation.rule.check == _TOWNSHIP_CHECK and violation.cell and violation.expected and violation.value:
            unknown_name = resolve_unknown_name(evaluation.tables, violation.value, county)
            content = build_text_content(unknown_name.intended_name)
            yield [
                Hypothesis(
                    cell=violation.cell,
                    corrections=dict.fromkeys(unknown_name.iter_cells(), content),
                    highlight=violation.cells,
                    message_from=violation,
                )
            ]
