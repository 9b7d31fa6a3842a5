"""Rules on what a file is and holds besides figures: its format, macros, embedded documents, links. (phase: parsed)"""

import re
from collections.abc import Iterator
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import RawSheet
from checks.model.violation import Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.rules.violation_builder import join_addresses, join_names
from contracts.form_model import Rule

_MAX_NAMES_SHOWN: Final = 5
_MAX_CELLS_SHOWN: Final = 20
# Functions by which a formula takes its value from the network or from another program.
_REMOTE_FUNCTION: Final = re.compile(r"(?i)(?<![\w.])(?:_xlfn\.)?(?:WEBSERVICE|RTD|CALL|REGISTER\.ID)\s*\(|^=?[\w.]+\|")


def check_nothing_foreign(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report macros, embedded documents, links to other files, and formulas that ask the network.

    Report as well that a file in another format was converted, and which formulas got lost.
    """
    cover_cell = CellRef(subject.cover.sheet, "A1")
    yield from _report_conversion(subject, rule, cover_cell)
    for kind, names in sorted(subject.book.foreign_content.items()):
        facts = {"names": join_names(list(names), _MAX_NAMES_SHOWN)}
        yield _build_violation(rule, [cover_cell], kind, facts)
    for sheet in subject.book.sheets:
        cells = _find_remote_formulas(sheet)
        if cells:
            facts = {"sheet": sheet.name, "cells": join_addresses(cells)}
            yield _build_violation(rule, cells, "remote", facts)


def _report_conversion(subject: FormUnderCheck, rule: Rule, cover_cell: CellRef) -> Iterator[Violation]:
    conversion = subject.book.conversion
    if conversion is None:
        return
    yield _build_violation(rule, [cover_cell], conversion.form, {})
    lost_formulas = list(conversion.lost_formulas)
    if lost_formulas:
        facts = {"count": str(len(lost_formulas)), "cells": join_names(lost_formulas, _MAX_NAMES_SHOWN)}
        yield _build_violation(rule, [cover_cell], "lost_formulas", facts)


def _find_remote_formulas(sheet: RawSheet) -> list[CellRef]:
    addresses = [address for address, formula in sheet.formulas.items() if _REMOTE_FUNCTION.search(formula)]
    return [CellRef(sheet.name, address) for address in addresses[:_MAX_CELLS_SHOWN]]


def _build_violation(rule: Rule, cells: list[CellRef], variant: str, facts: dict[str, str]) -> Violation:
    return Violation(rule=rule, sheet=cells[0].sheet, cell=cells[0], cells=tuple(cells), variant=variant, facts=facts)
