"""A plain list as a sheet of a marked workbook."""

from lxml import etree

from checks.model.cell_ref import column_letters
from filing.book.plain_list import PlainList
from workbooks.marking.findings_text import MarkMessages
from workbooks.ooxml.sheet_list import link_target
from workbooks.ooxml.style_table import CellFormat, Font, StyleTable
from workbooks.ooxml.text_rows import RowWriter, estimate_row_height
from workbooks.ooxml.xml_parts import LxmlElement, add_child

HEADER_ROW = 3
_HEADER_FILL = "F2F2F2"


def build_listing_sheet(
    listing: PlainList, styles: StyleTable, messages: MarkMessages, *, xml_namespace: str, sheet_names: frozenset[str]
) -> bytes:
    """Write the list as a part of the workbook; links lead to those *sheets* that are there."""
    root = etree.Element(f"{{{xml_namespace}}}worksheet", nsmap={None: xml_namespace})
    add_child(add_child(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
    _add_view(root)
    columns = add_child(root, "cols")
    for number, width in enumerate(listing.widths, 1):
        add_child(columns, "col", min=str(number), max=str(number), width=f"{width}.7109375", customWidth="1")
    add_child(root, "sheetData")
    merged = add_child(root, "mergeCells", count="2")
    for line in (1, 2):
        add_child(merged, "mergeCell", ref=f"A{line}:{column_letters(len(listing.headings))}{line}")
    _add_links(root, listing, sheet_names)
    add_child(root, "printOptions", horizontalCentered="1")
    add_child(root, "pageMargins", left="0.4", right="0.4", top="0.6", bottom="0.6", header="0.3", footer="0.3")
    add_child(root, "pageSetup", paperSize="9", orientation="landscape", fitToWidth="1", fitToHeight="0")
    add_child(add_child(root, "headerFooter"), "oddFooter").text = "&C" + messages["footer"]
    return _build_rows(listing, styles, messages).insert_into(root)


def _add_view(root: LxmlElement) -> None:
    view = add_child(add_child(root, "sheetViews"), "sheetView", showGridLines="0", workbookViewId="0")
    below = f"A{HEADER_ROW + 1}"
    add_child(view, "pane", ySplit=str(HEADER_ROW), topLeftCell=below, activePane="bottomLeft", state="frozen")
    add_child(view, "selection", pane="bottomLeft", activeCell=below, sqref=below)
    add_child(root, "sheetFormatPr", defaultRowHeight="15")


def _build_rows(listing: PlainList, styles: StyleTable, messages: MarkMessages) -> RowWriter:
    body, heading = Font(messages["font_body"], 10.5), Font(messages["font_heading"], 10.5)
    title = styles.add_style(
        CellFormat(font=Font(messages["font_body"], 18, bold=True), border=False, horizontal="center")
    )
    header = styles.add_style(CellFormat(font=heading, fill=_HEADER_FILL, horizontal="center"))
    plain, link = (
        styles.add_style(CellFormat(font=body)),
        styles.add_style(CellFormat(font=Font(messages["font_body"], 10.5, link=True))),
    )
    rows = RowWriter()
    rows.begin_row(1, height=36, fixed=True)
    rows.write_text("A1", listing.title, title)
    rows.begin_row(2, height=estimate_row_height([listing.note], [sum(listing.widths)]))
    rows.write_text("A2", listing.note, styles.add_style(CellFormat(font=body, border=False)))
    rows.begin_row(HEADER_ROW, height=24)
    for number, text in enumerate(listing.headings, 1):
        rows.write_text(f"{column_letters(number)}{HEADER_ROW}", text, header)
    rooms = [max(width - 2, 4) for width in listing.widths]
    for row, (texts, place) in enumerate(zip(listing.rows, listing.link_targets, strict=True), HEADER_ROW + 1):
        rows.begin_row(row, height=estimate_row_height(texts, rooms))
        for number, text in enumerate(texts):
            style = link if place is not None and number == listing.link_column else plain
            rows.write_text(f"{column_letters(number + 1)}{row}", text, style)
    return rows


def _add_links(root: LxmlElement, listing: PlainList, sheet_names: frozenset[str]) -> None:
    found = [
        (row, place)
        for row, place in enumerate(listing.link_targets, HEADER_ROW + 1)
        if place is not None and place.sheet in sheet_names
    ]
    if found:
        links, column = add_child(root, "hyperlinks"), column_letters(listing.link_column + 1)
        for row, place in found:
            add_child(links, "hyperlink", ref=f"{column}{row}", location=link_target(place.sheet, place.address))
