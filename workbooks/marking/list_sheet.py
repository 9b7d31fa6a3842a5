"""A plain list as a sheet of a marked workbook."""

from lxml import etree

from checks.model.cell_ref import column_letters
from filing.book.plain_list import Listing
from workbooks.marking.findings_text import Words
from workbooks.ooxml.sheet_list import link_target
from workbooks.ooxml.style_table import Font, Look, Styles
from workbooks.ooxml.text_rows import Rows, fitting_height
from workbooks.ooxml.xml_parts import Element, add

HEADER_ROW = 3
_HEADER_FILL = "F2F2F2"


def listing_part(listing: Listing, styles: Styles, words: Words, *, main: str, sheets: frozenset[str]) -> bytes:
    """Write the list as a part of the workbook; links lead to those *sheets* that are there."""
    root = etree.Element(f"{{{main}}}worksheet", nsmap={None: main})
    add(add(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
    _add_view(root)
    columns = add(root, "cols")
    for number, width in enumerate(listing.widths, 1):
        add(columns, "col", min=str(number), max=str(number), width=f"{width}.7109375", customWidth="1")
    add(root, "sheetData")
    merged = add(root, "mergeCells", count="2")
    for line in (1, 2):
        add(merged, "mergeCell", ref=f"A{line}:{column_letters(len(listing.headings))}{line}")
    _add_links(root, listing, sheets)
    add(root, "printOptions", horizontalCentered="1")
    add(root, "pageMargins", left="0.4", right="0.4", top="0.6", bottom="0.6", header="0.3", footer="0.3")
    add(root, "pageSetup", paperSize="9", orientation="landscape", fitToWidth="1", fitToHeight="0")
    add(add(root, "headerFooter"), "oddFooter").text = "&C" + words["footer"]
    return _rows(listing, styles, words).into(root)


def _add_view(root: Element) -> None:
    view = add(add(root, "sheetViews"), "sheetView", showGridLines="0", workbookViewId="0")
    below = f"A{HEADER_ROW + 1}"
    add(view, "pane", ySplit=str(HEADER_ROW), topLeftCell=below, activePane="bottomLeft", state="frozen")
    add(view, "selection", pane="bottomLeft", activeCell=below, sqref=below)
    add(root, "sheetFormatPr", defaultRowHeight="15")


def _rows(listing: Listing, styles: Styles, words: Words) -> Rows:
    body, heading = Font(words["font_body"], 10.5), Font(words["font_heading"], 10.5)
    title = styles.added(Look(font=Font(words["font_body"], 18, bold=True), border=False, horizontal="center"))
    header = styles.added(Look(font=heading, fill=_HEADER_FILL, horizontal="center"))
    plain, link = styles.added(Look(font=body)), styles.added(Look(font=Font(words["font_body"], 10.5, link=True)))
    rows = Rows()
    rows.begin(1, height=36, fixed=True)
    rows.text("A1", listing.title, title)
    rows.begin(2, height=fitting_height([listing.note], [sum(listing.widths)]))
    rows.text("A2", listing.note, styles.added(Look(font=body, border=False)))
    rows.begin(HEADER_ROW, height=24)
    for number, text in enumerate(listing.headings, 1):
        rows.text(f"{column_letters(number)}{HEADER_ROW}", text, header)
    rooms = [max(width - 2, 4) for width in listing.widths]
    for row, (texts, place) in enumerate(zip(listing.rows, listing.places, strict=True), HEADER_ROW + 1):
        rows.begin(row, height=fitting_height(texts, rooms))
        for number, text in enumerate(texts):
            style = link if place is not None and number == listing.link else plain
            rows.text(f"{column_letters(number + 1)}{row}", text, style)
    return rows


def _add_links(root: Element, listing: Listing, sheets: frozenset[str]) -> None:
    found = [
        (row, place)
        for row, place in enumerate(listing.places, HEADER_ROW + 1)
        if place is not None and place.sheet in sheets
    ]
    if found:
        links, column = add(root, "hyperlinks"), column_letters(listing.link + 1)
        for row, place in found:
            add(links, "hyperlink", ref=f"{column}{row}", location=link_target(place.sheet, place.address))
