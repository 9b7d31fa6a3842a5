"""A plain list as a sheet of a marked workbook."""

from collections.abc import Iterator

from lxml import etree

from checks.model.cell_ref import column_letters
from filing.book.plain_list import PlainList
from workbooks.marking.findings_text import MarkMessages
from workbooks.ooxml.cell_format import CellFormat, Font
from workbooks.ooxml.sheet_list import link_target
from workbooks.ooxml.style_table import StyleTable
from workbooks.ooxml.text_rows import RowWriter, estimate_row_height
from workbooks.ooxml.xml_parts import LxmlElement, add_child

HEADER_ROW = 3
_HEADER_FILL = "F2F2F2"


def build_listing_sheet(
    listing: PlainList, styles: StyleTable, messages: MarkMessages, *, xml_namespace: str, sheet_names: frozenset[str]
) -> bytes:
    """Return the list as a part of the workbook, whose sheets are in *xml_namespace*.

    A link is left out if its target is not on one of the sheets *sheet_names*.
    """
    root = etree.Element(f"{{{xml_namespace}}}worksheet", nsmap={None: xml_namespace})
    add_child(add_child(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
    _add_view(root)
    columns = add_child(root, "cols")
    for number, width in enumerate(listing.widths, 1):
        add_child(columns, "col", min=str(number), max=str(number), width=f"{width}.7109375", customWidth="1")
    add_child(root, "sheetData")
    merged = add_child(root, "mergeCells", count="2")
    last_column = column_letters(len(listing.headings))
    for row_number in (1, 2):
        add_child(merged, "mergeCell", ref=f"A{row_number}:{last_column}{row_number}")
    _add_links(root, listing, sheet_names)
    add_child(root, "printOptions", horizontalCentered="1")
    add_child(root, "pageMargins", left="0.4", right="0.4", top="0.6", bottom="0.6", header="0.3", footer="0.3")
    add_child(root, "pageSetup", paperSize="9", orientation="landscape", fitToWidth="1", fitToHeight="0")
    add_child(add_child(root, "headerFooter"), "oddFooter").text = "&C" + messages["footer"]
    return _build_rows(listing, styles, messages).insert_into(root)


def _add_view(root: LxmlElement) -> None:
    view = add_child(add_child(root, "sheetViews"), "sheetView", showGridLines="0", workbookViewId="0")
    first_cell = f"A{HEADER_ROW + 1}"
    add_child(view, "pane", ySplit=str(HEADER_ROW), topLeftCell=first_cell, activePane="bottomLeft", state="frozen")
    add_child(view, "selection", pane="bottomLeft", activeCell=first_cell, sqref=first_cell)
    add_child(root, "sheetFormatPr", defaultRowHeight="15")


def _build_rows(listing: PlainList, styles: StyleTable, messages: MarkMessages) -> RowWriter:
    body, heading = Font(messages["font_body"], 10.5), Font(messages["font_heading"], 10.5)
    title_font = Font(messages["font_body"], 18, bold=True)
    title_style = styles.add_style(CellFormat(font=title_font, border=False, horizontal="center"))
    header_style = styles.add_style(CellFormat(font=heading, fill=_HEADER_FILL, horizontal="center"))
    body_style = styles.add_style(CellFormat(font=body))
    link_style = styles.add_style(CellFormat(font=Font(messages["font_body"], 10.5, link=True)))
    rows = RowWriter()
    rows.begin_row(1, height=36, fixed=True)
    rows.write_text("A1", listing.title, title_style)
    rows.begin_row(2, height=estimate_row_height([listing.note], [sum(listing.widths)]))
    rows.write_text("A2", listing.note, styles.add_style(CellFormat(font=body, border=False)))
    rows.begin_row(HEADER_ROW, height=24)
    for number, heading_text in enumerate(listing.headings, 1):
        rows.write_text(f"{column_letters(number)}{HEADER_ROW}", heading_text, header_style)
    _add_body_rows(rows, listing, body_style=body_style, link_style=link_style)
    return rows


def _add_body_rows(rows: RowWriter, listing: PlainList, *, body_style: int, link_style: int) -> None:
    text_widths = [max(width - 2, 4) for width in listing.widths]
    numbered_rows = enumerate(zip(listing.rows, listing.link_targets, strict=True), HEADER_ROW + 1)
    for row_number, (texts, target) in numbered_rows:
        cell_styles = [body_style] * len(texts)
        if target is not None:
            cell_styles[listing.link_column] = link_style
        rows.begin_row(row_number, height=estimate_row_height(texts, text_widths))
        for column, (text, style) in enumerate(zip(texts, cell_styles, strict=True), 1):
            rows.write_text(f"{column_letters(column)}{row_number}", text, style)


def _add_links(root: LxmlElement, listing: PlainList, sheet_names: frozenset[str]) -> None:
    links = list(_iter_links(listing, sheet_names))
    if not links:
        return
    hyperlinks = add_child(root, "hyperlinks")
    for address, target in links:
        add_child(hyperlinks, "hyperlink", ref=address, location=target)


def _iter_links(listing: PlainList, sheet_names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the address of each cell with a link, and the target of the link."""
    letters = column_letters(listing.link_column + 1)
    for row_number, cell in enumerate(listing.link_targets, HEADER_ROW + 1):
        if cell is not None and cell.sheet in sheet_names:
            yield f"{letters}{row_number}", link_target(cell.sheet, cell.address)
