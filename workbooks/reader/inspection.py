"""The way through the gate: every part unpacked once, every sheet scanned, before any reader sees the file."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from checks.model.cell_ref import column_number, format_address
from workbooks.gate.intake_fault import found, shown_part
from workbooks.gate.resource_limits import LONG
from workbooks.gate.workbook_parts import WORKBOOK, Book, SheetPart, read_list
from workbooks.gate.zip_container import CAPS, Container
from workbooks.sheet_scan.hiding_styles import odd_looks
from workbooks.sheet_scan.masked_cells import Masked, Masking, struck_strings
from workbooks.sheet_scan.shared_strings import count_strings
from workbooks.sheet_scan.sheet_grammar import FILLED_COLUMNS
from workbooks.sheet_scan.sheet_scanner import SheetXml, scan_sheet
from workbooks.sheet_scan.uniform_rows import Alike, RowsAlike

if TYPE_CHECKING:  # frames only behind the gate
    from workbooks.sheet_scan.markup_values import Gathering

# A reader lays the used range out in full; a lone cell in the last corner makes it huge.
MOST_CELLS: Final = 5_000_000
MOST_CELLS_SHORT: Final = 1_500_000  # where there is little in them
MOST_COLUMNS: Final = 1024  # each is a column of a frame, and a thousand are more than any form has
HELD: Final = LONG  # of all sheets together: what is shorter is judged whole before anything is read of it


@dataclass(frozen=True, slots=True)
class PassedSheet:
    """A sheet that came through: its rows where they were held, or what has been gathered from them already."""

    xml: SheetXml
    cells: int  # as many as the used range has, filled or not
    rows: tuple[bytes, ...]
    gathered: "Gathering | None"
    masked: tuple[Masked, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that came through: the list of its sheets, and what is known of each."""

    book: Book
    sheets: tuple[PassedSheet, ...]
    strings: int  # how many texts the cells may point at


def pass_through(container: Container) -> Passed:
    """Judge every part and every sheet."""
    book = read_list(container)
    strings, struck = _strings(container, book.strings)
    looks = odd_looks(book.styles, _needed(container, book.styles)) if book.styles else {}
    done = {WORKBOOK, *(part for part in (book.strings, book.styles) if part)}
    size = sum(container.archive.getinfo(sheet.part).file_size for sheet in book.sheets)
    if size > CAPS.part:  # the cells of all sheets are held in memory at once
        raise found("bomb", part="xl/worksheets")
    sheets = tuple(_passed(container, sheet, Masking(looks, struck), held=size <= HELD) for sheet in book.sheets)
    container.check_rest(frozenset(done | {sheet.part for sheet in book.sheets}))
    return Passed(book, sheets, strings)


def _strings(container: Container, part: str | None) -> tuple[int, frozenset[int]]:
    """Return how many shared texts there are, and which of them are struck out."""
    if part is None:
        return 0, frozenset()
    content = _needed(container, part)
    return count_strings(part, content), struck_strings(content)


def _needed(container: Container, part: str) -> bytes:
    if part not in container.names:
        raise found("part_missing", part=shown_part(part))
    return container.read(part)


def _passed(container: Container, sheet: SheetPart, masking: Masking, *, held: bool) -> PassedSheet:
    if held:
        rows: list[bytes] = []
        xml = scan_sheet(container, sheet, lambda part, _: rows.append(part))
        for part in rows:
            masking.take(part)
        letters = {one.decode() for part in rows for one in set(FILLED_COLUMNS.findall(part))}
        return PassedSheet(xml, _laid_out(xml, letters, MOST_CELLS_SHORT), tuple(rows), None, masking.masked())
    from workbooks.sheet_scan.markup_values import Gathering  # noqa: PLC0415 - frames only where a long sheet cannot wait for them

    gathering = Gathering(sheet)

    def take(part: bytes, apart: RowsAlike | None) -> None:
        gathering.take(part, apart)
        masking.take(part)

    xml = scan_sheet(container, sheet, take, alike=Alike())
    return PassedSheet(xml, _laid_out(xml, gathering.letters, MOST_CELLS), (), gathering, masking.masked())


def _laid_out(xml: SheetXml, letters: AbstractSet[str], most: int) -> int:
    """Return the cells of the used range; refuse one that is too large to lay out, naming its last corner."""
    columns = max(map(column_number, letters), default=1)
    if columns > MOST_COLUMNS or xml.last_row * columns > most:
        raise found("sheet_too_large", sheet=xml.sheet.name, cell=format_address(xml.last_row, columns))
    return xml.last_row * columns
