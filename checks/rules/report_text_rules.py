"""Figures quoted in paragraphs of a report, which must equal the totals of the tables. (phase: across tables)"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import QuotedFigure, Rule

_NUMBER_AFTER_ANCHOR = r"[^\d,.;。、]{0,6}?(\d[\d,]*(?:\.\d+)?)"


def check_text_figures(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Report a quoted figure that differs from its table's total, or that no paragraph quotes."""
    table = subject.table
    if table is None:
        return
    column = rule.arguments["column"]
    texts = {row: normalise_text(text or "") for row, text in table.body.select(ROW, column).rows()}
    for quoted_figure in subject.form.quoted_figures:
        expected_total = _find_quoted_total(subject, quoted_figure)
        if expected_total is None:
            yield SkippedRule(rule.id, subject.form.title, "no_single_total_row")
        else:
            yield from _compare_quoted_figures(table, rule, quoted_figure, texts, expected_total=expected_total)


def _find_quoted_total(subject: FormUnderCheck, quoted_figure: QuotedFigure) -> tuple[CellRef, Decimal] | None:
    """Return cell and amount of the total that a paragraph quotes, or None if its table has no single total."""
    table = subject.tables.get(quoted_figure.form)
    if table is None or table.totals.height != 1:
        return None
    row, amount = table.totals.select(ROW, quoted_figure.column).row(0)
    if amount is None:
        return None
    return table.get_cell_ref(quoted_figure.column, row), amount


def _compare_quoted_figures(
    table: Table,
    rule: Rule,
    quoted_figure: QuotedFigure,
    texts: Mapping[int, str],
    *,
    expected_total: tuple[CellRef, Decimal],
) -> Iterator[Violation]:
    cell, amount = expected_total
    facts = {"says": quoted_figure.anchor, "expected": format_value(amount), "place": f"{cell.sheet}!{cell.address}"}
    column = rule.arguments["column"]
    numbers = list(_iter_numbers_after_anchor(quoted_figure, texts))
    for row, number in numbers:
        if Decimal(number.replace(",", "")) != amount:
            yield build_violation_at(table, rule, column, row=row, value=number, related_cells=(cell,), **facts)
    if texts and not numbers:
        yield build_violation_at(table, rule, column, row=min(texts), variant="missing", related_cells=(cell,), **facts)


def _iter_numbers_after_anchor(quoted_figure: QuotedFigure, texts: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Yield row and text of each number that follows the words before the quoted figure."""
    pattern = re.compile(re.escape(normalise_text(quoted_figure.anchor)) + _NUMBER_AFTER_ANCHOR)
    for row, text in texts.items():
        for number in pattern.findall(text):
            yield row, number
