"""Every figure that a county's filing carries up, each with a link to its cell in the county's own file."""

from decimal import Decimal

from checks.model.report import Figure
from checks.parsing.decimal_amounts import count_decimals
from contracts.form_model import Form
from contracts.messages import Wording
from filing.book.cell_builders import Row, text
from filing.book.cell_builders import figure as figure_cell
from filing.book.workbook_model import Look, Sheet
from filing.context.filing_context import CountedCounty, FilingScene
from filing.context.links import own_file
from filing.sheets.numbered_list import list_sheet

COLUMNS = ("serial", "form", "project_number", "township", "heading", "amount", "amount_unit", "origin")
WIDTHS = (6.0, 20.0, 17.0, 15.0, 24.0, 14.0, 8.0, 20.0)


def trace_of(scene: FilingScene, county: CountedCounty, words: Wording) -> Sheet:
    """Return the list of figures with their cells."""
    forms = {one.name: one for one in county.forms}
    rows: list[Row] = []
    for one in county.report.figures:
        place = words("filing.place", sheet=one.sheet, cells=one.cell)
        amount = figure_cell(Decimal(one.amount), Look.FIGURE, decimals=count_decimals(Decimal(one.amount)))
        rows.append(
            (
                text(one.sheet),
                text(one.project or words("filing.not_applicable"), Look.CENTRE),
                text(one.township or words("filing.whole_table")),
                text(_heading(forms.get(one.form), one)),
                amount,
                text(one.unit, Look.CENTRE),
                text(place, source=own_file(scene, county, one.sheet, one.cell)),
            )
        )
    return list_sheet(scene, "trace", (COLUMNS, WIDTHS, rows), ("trace", "own_file"), words)


def _heading(form: Form | None, figure: Figure) -> str:
    """Return the heading that a figure stands under; one of several years stands under its own."""
    if form is None:
        return figure.column
    wanted = form.of_stem(figure.column) if figure.year is not None else ()
    named = [one.heading for one in wanted if one.year == figure.year]
    named += [one.heading for one in form.fields if one.name == figure.column]
    return named[0] if named else figure.column
