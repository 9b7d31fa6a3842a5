"""The data sources (数据出处) of a county's filing: each figure with a link to its cell in the county's own file."""

from collections.abc import Iterator
from decimal import Decimal

from checks.model.report import ReportedFigure
from checks.parsing.decimal_amounts import count_decimals
from contracts.form_model import Form
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_figure_cell, build_text_cell
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.links import build_source_cell_link
from filing.sheets.numbered_list import build_list_sheet

COLUMN_KEYS = ("serial", "form", "project_number", "township", "heading", "amount", "amount_unit", "origin")
COLUMN_WIDTHS = (6.0, 20.0, 17.0, 15.0, 24.0, 14.0, 8.0, 20.0)


def build_trace_sheet(context: FilingContext, county: IncludedCounty, messages: Messages) -> FilingSheet:
    """Return the list of the county's figures with their cells."""
    forms = {form.name: form for form in county.forms}
    rows: list[CellRow] = []
    for figure in county.report.figures:
        place = messages("filing.place", sheet=figure.sheet, cells=figure.cell)
        amount = Decimal(figure.amount)
        rows.append(
            (
                build_text_cell(figure.sheet),
                build_text_cell(figure.project or messages("filing.not_applicable"), CellStyle.CENTRE),
                build_text_cell(figure.township or messages("filing.whole_table")),
                build_text_cell(_find_heading(forms.get(figure.form), figure)),
                build_figure_cell(amount, CellStyle.FIGURE, decimals=count_decimals(amount)),
                build_text_cell(figure.unit, CellStyle.CENTRE),
                build_text_cell(place, source_link=build_source_cell_link(context, county, figure.sheet, figure.cell)),
            )
        )
    return build_list_sheet(context, "trace", (COLUMN_KEYS, COLUMN_WIDTHS, rows), ("trace", "own_file"), messages)


def _find_heading(form: Form | None, figure: ReportedFigure) -> str:
    """Return the heading of a figure's column; the figure's name for the column if the form is not known."""
    if form is None:
        return figure.column
    return next(_iter_headings(form, figure), figure.column)


def _iter_headings(form: Form, figure: ReportedFigure) -> Iterator[str]:
    """Yield the headings that fit the figure: in a group of yearly columns, that of its year comes first."""
    if figure.year is not None:
        for field in form.get_fields_by_group(figure.column):
            if field.year == figure.year:
                yield field.heading
    for field in form.fields:
        if field.name == figure.column:
            yield field.heading
