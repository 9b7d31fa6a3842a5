"""The report in a blank workbook: its paragraphs, with formulas on the totals of the tables for their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from contracts.form_model import TOTAL_PLACEHOLDER, Paragraph, Role
from filing.template.blank_sheet import BlankSheet

HEADING_FIELD, TEXT_FIELD = "heading", "text"


def fill_report_text(sheets: Sequence[BlankSheet], facts: Mapping[str, str]) -> tuple[BlankSheet, ...]:
    """Return the sheets, with the paragraphs of report sheets filled in; *facts* replace their placeholders."""
    sheets_by_form = {sheet.form.name: sheet for sheet in sheets}
    return tuple(_fill_paragraphs(sheet, sheets_by_form, facts) for sheet in sheets)


def _fill_paragraphs(
    sheet: BlankSheet, sheets_by_form: Mapping[str, BlankSheet], facts: Mapping[str, str]
) -> BlankSheet:
    if not sheet.form.paragraphs:
        return sheet
    serial_field = sheet.form.get_fields_by_role(Role.SERIAL)[0].name
    values: dict[tuple[int, str], str | int] = {}
    for row_number, paragraph in enumerate(sheet.form.paragraphs, start=1):
        values[row_number, serial_field] = row_number
        values[row_number, HEADING_FIELD] = paragraph.heading
        values[row_number, TEXT_FIELD] = _build_text(paragraph, sheets_by_form, facts)
    return replace(sheet, row_count=len(sheet.form.paragraphs), prefilled_values=values)


def _build_text(paragraph: Paragraph, sheets_by_form: Mapping[str, BlankSheet], facts: Mapping[str, str]) -> str:
    """Return the text of a paragraph; it is a formula if the paragraph has figures."""
    parts: list[str] = []
    start = 0
    for match in TOTAL_PLACEHOLDER.finditer(paragraph.text):
        literal = paragraph.text[start : match.start()].format(**facts)
        reference = sheets_by_form[match["form"]].format_total(match["column"])
        parts += [_quote_text(literal), f'TEXT({reference},"0.00")']
        start = match.end()
    rest = paragraph.text[start:].format(**facts)
    if not parts:
        return rest
    return "=" + "&".join([*parts, _quote_text(rest)])


def _quote_text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
