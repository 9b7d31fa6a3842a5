"""The way through the gate: every part unpacked once, every sheet scanned, before any reader sees the file."""

import re
from dataclasses import dataclass

from workbooks.container import CAPS, Container
from workbooks.faults import found, shown_part
from workbooks.parts import WORKBOOK, Book, read_list
from workbooks.sheet_xml import SheetXml, scan_sheet
from workbooks.xml_outline import refuse_malformed

_STRING = re.compile(rb"<(?:[\w.-]+:)?si[ />]")


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that came through: the list of its sheets, and the judged markup of each."""

    book: Book
    sheets: tuple[SheetXml, ...]
    strings: int  # how many texts the cells may point at


def pass_through(container: Container) -> Passed:
    """Judge every part and every sheet."""
    book = read_list(container)
    done = {WORKBOOK}
    strings = 0
    for part in (book.strings, book.styles):
        if part:
            if part not in container.names:
                raise found("part_missing", part=shown_part(part))
            content = container.read(part)
            refuse_malformed(part, content)
            done.add(part)
            strings += len(_STRING.findall(content)) if part == book.strings else 0
    _refuse_swollen(container, book)
    sheets = tuple(scan_sheet(sheet, container.read(sheet.part)) for sheet in book.sheets)
    container.check_rest(frozenset(done | {sheet.part for sheet in book.sheets}))
    return Passed(book, sheets, strings)


def _refuse_swollen(container: Container, book: Book) -> None:
    """All sheets are held in memory at once, so all together may be as large as one part may be."""
    if sum(container.archive.getinfo(sheet.part).file_size for sheet in book.sheets) > CAPS.part:
        raise found("bomb", part="xl/worksheets")
