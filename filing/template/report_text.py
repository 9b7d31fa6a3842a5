"""The report in a blank workbook: its paragraphs stand there, and their figures are formulas on the tables' totals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from contracts.form_model import PLACEHOLDER, Form, Paragraph, Role
from filing.template.blank_sheet import HEADER_ROWS, BlankSheet, cell_of

HEADING, TEXT = "heading", "text"


def reported(sheets: Sequence[BlankSheet], facts: Mapping[str, str]) -> tuple[BlankSheet, ...]:
    """Return the sheets, those of paragraphs filled in; *facts* stand in the text as they are."""
    by_form = {one.form.name: one for one in sheets}
    return tuple(_written(one, by_form, facts) if one.form.paragraphs else one for one in sheets)


def _written(sheet: BlankSheet, by_form: Mapping[str, BlankSheet], facts: Mapping[str, str]) -> BlankSheet:
    serial = sheet.form.of_role(Role.SERIAL)[0].name
    filled: dict[tuple[int, str], str | int] = {}
    for at, one in enumerate(sheet.form.paragraphs, start=1):
        filled |= {(at, serial): at, (at, HEADING): one.heading, (at, TEXT): _text(one, by_form, facts)}
    return replace(sheet, rows=len(sheet.form.paragraphs), filled=filled)


def _text(paragraph: Paragraph, by_form: Mapping[str, BlankSheet], facts: Mapping[str, str]) -> str:
    """Return the text, as a formula where it gives figures."""
    parts: list[str] = []
    start = 0
    for found in PLACEHOLDER.finditer(paragraph.text):
        literal = paragraph.text[start : found.start()].format(**facts)
        parts += [_quoted(literal), f'TEXT({_total(by_form[found["form"]], found["column"])},"0.00")']
        start = found.end()
    rest = paragraph.text[start:].format(**facts)
    return "=" + "&".join([*parts, _quoted(rest)]) if parts else rest


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _total(sheet: BlankSheet, column: str) -> str:
    form: Form = sheet.form
    return f"'{sheet.name}'!" + cell_of(form, column).format(row=HEADER_ROWS + sheet.rows + 1)
