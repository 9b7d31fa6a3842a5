"""Paragraphs that speak of figures: what they say must be what the tables say. (phase: across tables)"""

import re
from collections.abc import Iterator
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import ROW, Table
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import QuotedFigure, Rule

_NUMBER_AFTER_ANCHOR = r"[^\d,.;。、]{0,6}?(\d[\d,]*(?:\.\d+)?)"


def check_text_figures(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Find fault with a figure in a paragraph that is not the total of its table, or that no paragraph gives."""
    table = subject.table
    if table is None:
        return
    column = rule.arguments["column"]
    texts = {row: normalise_text(text or "") for row, text in table.body.select(ROW, column).rows()}
    for spoken in subject.form.quoted_figures:
        due = _find_quoted_total(subject, spoken)
        if due is None:
            yield SkippedRule(rule.id, subject.form.title, "no_single_total_row")
        else:
            yield from _compare_quoted_figures(table, rule, spoken, texts, expected_total=due)


def _find_quoted_total(subject: FormUnderCheck, quoted_figure: QuotedFigure) -> tuple[CellRef, Decimal] | None:
    table = subject.tables.get(quoted_figure.form)
    if table is None or table.totals.height != 1:
        return None
    row, amount = table.totals.select(ROW, quoted_figure.column).row(0)
    return None if amount is None else (table.get_cell_ref(quoted_figure.column, row), amount)


def _compare_quoted_figures(
    table: Table,
    rule: Rule,
    quoted_figure: QuotedFigure,
    texts: dict[int, str],
    *,
    expected_total: tuple[CellRef, Decimal],
) -> Iterator[Violation]:
    cell, amount = expected_total
    anchor = normalise_text(quoted_figure.anchor)
    given = [
        (row, found)
        for row, text in texts.items()
        for found in re.findall(re.escape(anchor) + _NUMBER_AFTER_ANCHOR, text)
    ]
    facts = {"says": quoted_figure.anchor, "expected": format_value(amount), "place": f"{cell.sheet}!{cell.address}"}
    column = rule.arguments["column"]
    for row, number in given:
        if Decimal(number.replace(",", "")) != amount:
            yield build_violation_at(table, rule, column, row=row, value=number, related_cells=(cell,), **facts)
    if not given and texts:
        yield build_violation_at(table, rule, column, row=min(texts), variant="missing", related_cells=(cell,), **facts)
