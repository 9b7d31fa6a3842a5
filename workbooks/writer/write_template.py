"""The blank submission as a workbook, written with openpyxl: drop-downs, locked headings and formulas, live totals."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree
from openpyxl import Workbook

from contracts.messages import Messages
from filing.template.template import BlankWorkbook
from workbooks.ooxml.xml_parts import parse_xml, write_xml
from workbooks.writer.bulk_writer import CREATION_DATE
from workbooks.writer.template_pages.cell_styles import build_styles
from workbooks.writer.template_pages.other_pages import write_cover, write_guide, write_lists
from workbooks.writer.template_pages.self_check_page import write_self_checks
from workbooks.writer.template_pages.table_page import TableText, build_signature, write_table

# The order in which the format's schema has the parts of a font.
_FONT_PARTS = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
    *("sz", "color", "name", "family", "charset", "scheme"),
)


def write_template(template: BlankWorkbook, messages: Messages) -> bytes:
    """Return the blank workbook; the same contracts give the same bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for style in build_styles():
        book.add_named_style(style)
    book.properties.created = book.properties.modified = CREATION_DATE.replace(tzinfo=None)
    write_guide(book.create_sheet(messages("template.guide_name")), messages)
    cells_by_field = write_cover(book.create_sheet(template.cover.name), template, messages)
    text = TableText(template.owner, build_signature(cells_by_field, messages))
    for sheet in template.tables:
        write_table(book.create_sheet(sheet.name), sheet, text, messages)
    write_self_checks(book.create_sheet(messages("self_check.sheet_name")), template.self_checks, messages)
    write_lists(book.create_sheet(template.reference_sheet.name), template.reference_sheet)
    book.active = 1  # the cover: it is filled in first
    return _save_reproducibly(book)


def _save_reproducibly(book: Workbook) -> bytes:
    """Save a workbook with one date on every part: openpyxl would write the time of day."""
    saved, packed = BytesIO(), BytesIO()
    modified = book.properties.modified
    book.save(saved)
    with ZipFile(saved) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _restore_date(data, book, modified.isoformat())
            if name == "xl/styles.xml":
                data = _order_fonts(data)
            target.writestr(ZipInfo(name, CREATION_DATE.timetuple()[:6]), data, ZIP_DEFLATED)
    return packed.getvalue()


def _order_fonts(styles: bytes) -> bytes:
    """Put the parts of each font into the order of the format's schema, which openpyxl does not keep."""
    root = parse_xml(styles)
    for font in root.iterfind("{*}fonts/{*}font"):
        font[:] = sorted(font, key=lambda part: _FONT_PARTS.index(etree.QName(part).localname))
    return write_xml(root)


def _restore_date(core: bytes, book: Workbook, date: str) -> bytes:
    """Put the creation date in the place of the time of saving, which openpyxl set."""
    saved_at = book.properties.modified.isoformat(timespec="seconds")
    return core.replace(f"{saved_at}Z".encode(), f"{date}Z".encode())
