"""A township left blank beside its code: all other rules are evaluated as if the code's name stood there."""

from dataclasses import replace
from typing import Final

import polars as pl

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import CellContent, WorkbookEvaluator, apply_corrections, build_text_content
from checks.diagnosis.keys.restored_keys import RestoredKeys
from checks.diagnosis.table_columns import find_code_column, find_township_column
from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from contracts.registers import County

_TOWNSHIP_CHECK: Final = "township_known"
_BLANK_VARIANT, _BLANK_REMEDY = "blank", "township_blank"


def restore_townships(
    book: RawWorkbook, evaluation: Evaluation, evaluate: WorkbookEvaluator, county: County | None
) -> RestoredKeys:
    """Return the workbook with a township in each row that lacks one and has the code of one."""
    names: dict[CellRef, str] = {}
    if county is not None:
        for table in evaluation.tables:
            names.update(_find_names(table, county))
    root_causes = []
    contents: dict[CellRef, CellContent] = {}
    for violation in evaluation.violations:
        is_blank = violation.rule.check == _TOWNSHIP_CHECK and violation.variant == _BLANK_VARIANT
        if is_blank and violation.cell is not None and violation.cell in names:
            name = names[violation.cell]
            facts = {**violation.facts, "near": name}
            root_causes.append(replace(violation, expected=name, facts=facts, remedy_key=_BLANK_REMEDY))
            contents[violation.cell] = build_text_content(name)
    if not root_causes:
        return RestoredKeys(book, evaluation)
    corrected_book = apply_corrections(book, contents)
    return RestoredKeys(corrected_book, evaluate(corrected_book), tuple(root_causes))


def _find_names(table: Table, county: County) -> dict[CellRef, str]:
    """Return the names of the townships by code for the rows of a table that have a code alone."""
    township, code = find_township_column(table), find_code_column(table)
    if township is None or code is None or township not in table.columns:
        return {}
    rows = table.body.filter(pl.col(township).is_null()).select(ROW, code).drop_nulls().rows()
    return {
        table.get_cell_ref(township, row): county.townships[number]
        for row, number in rows
        if number in county.townships
    }
