"""Paragraphs that speak of figures: what they say must be what the tables say. (phase: across tables)"""

import re
from collections.abc import Iterator
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.violation import NotRun, Offence
from checks.parsing.text_normalisation import compact
from checks.recognition.form_instance import Subject
from checks.recognition.table import ROW, Table
from checks.rules.violation_builder import offence_at, said
from contracts.form_model import Rule, Spoken

_NUMBER = r"[^\d,.;。、]{0,6}?(\d[\d,]*(?:\.\d+)?)"


def text_figures(subject: Subject, rule: Rule) -> Iterator[Offence | NotRun]:
    """Find fault with a figure in a paragraph that is not the total of its table, or that no paragraph gives."""
    table = subject.table
    if table is None:
        return
    column = rule.arguments["column"]
    texts = {row: compact(text or "") for row, text in table.body.select(ROW, column).rows()}
    for spoken in subject.form.spoken:
        due = _total(subject, spoken)
        if due is None:
            yield NotRun(rule.id, subject.form.title, "no_single_total_row")
        else:
            yield from _compared(table, rule, spoken, texts, due=due)


def _total(subject: Subject, spoken: Spoken) -> tuple[CellRef, Decimal] | None:
    table = subject.tables.get(spoken.form)
    if table is None or table.totals.height != 1:
        return None
    row, amount = table.totals.select(ROW, spoken.column).row(0)
    return None if amount is None else (table.ref(spoken.column, row), amount)


def _compared(
    table: Table, rule: Rule, spoken: Spoken, texts: dict[int, str], *, due: tuple[CellRef, Decimal]
) -> Iterator[Offence]:
    cell, amount = due
    anchor = compact(spoken.anchor)
    given = [(row, found) for row, text in texts.items() for found in re.findall(re.escape(anchor) + _NUMBER, text)]
    facts = {"says": spoken.anchor, "expected": said(amount), "place": f"{cell.sheet}!{cell.address}"}
    column = rule.arguments["column"]
    for row, number in given:
        if Decimal(number.replace(",", "")) != amount:
            yield offence_at(table, rule, column, row=row, value=number, involved=(cell,), **facts)
    if not given and texts:
        yield offence_at(table, rule, column, row=min(texts), case="missing", involved=(cell,), **facts)
