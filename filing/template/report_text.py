"""The report in a blank workbook: its paragraphs stand there, and their figures are formulas on the tables' totals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from contracts.form_model import TOTAL_PLACEHOLDER, Form, Paragraph, Role
from filing.template.blank_sheet import HEADER_ROW_COUNT, BlankSheet, format_cell_reference

HEADING_FIELD, TEXT_FIELD = "heading", "text"


def fill_report_text(sheets: Sequence[BlankSheet], facts: Mapping[str, str]) -> tuple[BlankSheet, ...]:
    """Return the sheets, those of paragraphs filled in; *facts* stand in the text as they are."""
    by_form = {one.form.name: one for one in sheets}
    return tuple(_fill_paragraphs(one, by_form, facts) if one.form.paragraphs else one for one in sheets)


def _fill_paragraphs(
    sheet: BlankSheet, sheets_by_form: Mapping[str, BlankSheet], facts: Mapping[str, str]
) -> BlankSheet:
    serial = sheet.form.get_fields_by_role(Role.SERIAL)[0].name
    filled: dict[tuple[int, str], str | int] = {}
    for at, one in enumerate(sheet.form.paragraphs, start=1):
        filled |= {
            (at, serial): at,
            (at, HEADING_FIELD): one.heading,
            (at, TEXT_FIELD): _build_text(one, sheets_by_form, facts),
        }
    return replace(sheet, row_count=len(sheet.form.paragraphs), prefilled_values=filled)


def _build_text(paragraph: Paragraph, sheets_by_form: Mapping[str, BlankSheet], facts: Mapping[str, str]) -> str:
    """Return the text, as a formula where it gives figures."""
    parts: list[str] = []
    start = 0
    for found in TOTAL_PLACEHOLDER.finditer(paragraph.text):
        literal = paragraph.text[start : found.start()].format(**facts)
        parts += [
            _quote_text(literal),
            f'TEXT({_format_total_reference(sheets_by_form[found["form"]], found["column"])},"0.00")',
        ]
        start = found.end()
    rest = paragraph.text[start:].format(**facts)
    return "=" + "&".join([*parts, _quote_text(rest)]) if parts else rest


def _quote_text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _format_total_reference(sheet: BlankSheet, column: str) -> str:
    form: Form = sheet.form
    return f"'{sheet.name}'!" + format_cell_reference(form, column).format(row=HEADER_ROW_COUNT + sheet.row_count + 1)
