"""Every figure that a county's filing carries up, each with a link to its cell in the county's own file."""

from decimal import Decimal

from checks.model.report import ReportedFigure
from checks.parsing.decimal_amounts import count_decimals
from contracts.form_model import Form
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell
from filing.book.cell_builders import build_figure_cell as figure_cell
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.links import build_source_cell_link
from filing.sheets.numbered_list import build_list_sheet

COLUMN_KEYS = ("serial", "form", "project_number", "township", "heading", "amount", "amount_unit", "origin")
COLUMN_WIDTHS = (6.0, 20.0, 17.0, 15.0, 24.0, 14.0, 8.0, 20.0)


def build_trace_sheet(context: FilingContext, county: IncludedCounty, messages: Messages) -> FilingSheet:
    """Return the list of figures with their cells."""
    forms = {one.name: one for one in county.forms}
    rows: list[CellRow] = []
    for one in county.report.figures:
        place = messages("filing.place", sheet=one.sheet, cells=one.cell)
        amount = figure_cell(Decimal(one.amount), CellStyle.FIGURE, decimals=count_decimals(Decimal(one.amount)))
        rows.append(
            (
                build_text_cell(one.sheet),
                build_text_cell(one.project or messages("filing.not_applicable"), CellStyle.CENTRE),
                build_text_cell(one.township or messages("filing.whole_table")),
                build_text_cell(_find_heading(forms.get(one.form), one)),
                amount,
                build_text_cell(one.unit, CellStyle.CENTRE),
                build_text_cell(place, source_link=build_source_cell_link(context, county, one.sheet, one.cell)),
            )
        )
    return build_list_sheet(context, "trace", (COLUMN_KEYS, COLUMN_WIDTHS, rows), ("trace", "own_file"), messages)


def _find_heading(form: Form | None, figure: ReportedFigure) -> str:
    """Return the heading that a figure stands under; one of several years stands under its own."""
    if form is None:
        return figure.column
    wanted = form.get_fields_by_group(figure.column) if figure.year is not None else ()
    named = [one.heading for one in wanted if one.year == figure.year]
    named += [one.heading for one in form.fields if one.name == figure.column]
    return named[0] if named else figure.column
