"""The way through the gate: every part unpacked once, every sheet scanned, before any reader sees the file."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from checks.model.cell_ref import column_number, format_address
from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.resource_limits import LONG_FILE_BYTES
from workbooks.gate.workbook_parts import WORKBOOK_PART, SheetPart, WorkbookOutline, parse_workbook_outline
from workbooks.gate.zip_container import ARCHIVE_LIMITS, Container
from workbooks.sheet_scan.hiding_styles import parse_style_effects
from workbooks.sheet_scan.masked_cells import HiddenCellGroup, HiddenCellScanner, find_struck_strings
from workbooks.sheet_scan.shared_strings import count_shared_strings
from workbooks.sheet_scan.sheet_grammar import FILLED_COLUMNS
from workbooks.sheet_scan.sheet_scanner import SheetScan, scan_sheet
from workbooks.sheet_scan.uniform_rows import UniformRowParser, UniformRows

if TYPE_CHECKING:  # frames only behind the gate
    from workbooks.sheet_scan.markup_values import MarkupReader

# A reader lays the used range out in full; a lone cell in the last corner makes it huge.
MAX_CELLS: Final = 5_000_000
MAX_CELLS_SHORT_FILE: Final = 1_500_000  # where there is little in them
MAX_COLUMNS: Final = 1024  # each is a column of a frame, and a thousand are more than any form has
MAX_BYTES_HELD: Final = (
    LONG_FILE_BYTES  # of all sheets together: what is shorter is judged whole before anything is read of it
)


@dataclass(frozen=True, slots=True)
class InspectedSheet:
    """A sheet that came through: its rows where they were held, or what has been gathered from them already."""

    scan: SheetScan
    cell_count: int  # as many as the used range has, filled or not
    row_batches: tuple[bytes, ...]
    markup_reader: "MarkupReader | None"
    hidden_cells: tuple[HiddenCellGroup, ...]


@dataclass(frozen=True, slots=True)
class InspectedWorkbook:
    """A file that came through: the list of its sheets, and what is known of each."""

    outline: WorkbookOutline
    sheets: tuple[InspectedSheet, ...]
    shared_string_count: int  # how many texts the cells may point at


def inspect_workbook(container: Container) -> InspectedWorkbook:
    """Judge every part and every sheet."""
    book = parse_workbook_outline(container)
    strings, struck = _inspect_shared_strings(container, book.shared_strings_part)
    looks = (
        parse_style_effects(book.styles_part, _unpack_required_part(container, book.styles_part))
        if book.styles_part
        else {}
    )
    done = {WORKBOOK_PART, *(part for part in (book.shared_strings_part, book.styles_part) if part)}
    size = sum(container.archive.getinfo(sheet.part).file_size for sheet in book.sheets)
    if size > ARCHIVE_LIMITS.max_part_bytes:  # the cells of all sheets are held in memory at once
        raise intake_error("bomb", part="xl/worksheets")
    sheets = tuple(
        _inspect_sheet(container, sheet, HiddenCellScanner(looks, struck), keep_rows=size <= MAX_BYTES_HELD)
        for sheet in book.sheets
    )
    container.check_remaining_parts(frozenset(done | {sheet.part for sheet in book.sheets}))
    return InspectedWorkbook(book, sheets, strings)


def _inspect_shared_strings(container: Container, part: str | None) -> tuple[int, frozenset[int]]:
    """Return how many shared texts there are, and which of them are struck out."""
    if part is None:
        return 0, frozenset()
    content = _unpack_required_part(container, part)
    return count_shared_strings(part, content), find_struck_strings(content)


def _unpack_required_part(container: Container, part: str) -> bytes:
    if part not in container.names:
        raise intake_error("part_missing", part=format_part_name(part))
    return container.unpack_part(part)


def _inspect_sheet(
    container: Container, sheet: SheetPart, hidden_cell_scanner: HiddenCellScanner, *, keep_rows: bool
) -> InspectedSheet:
    if keep_rows:
        rows: list[bytes] = []
        xml = scan_sheet(container, sheet, lambda part, _: rows.append(part))
        for part in rows:
            hidden_cell_scanner.add_rows(part)
        letters = {one.decode() for part in rows for one in set(FILLED_COLUMNS.findall(part))}
        return InspectedSheet(
            xml,
            _count_used_cells(xml, letters, MAX_CELLS_SHORT_FILE),
            tuple(rows),
            None,
            hidden_cell_scanner.list_hidden_cells(),
        )
    from workbooks.sheet_scan.markup_values import MarkupReader  # noqa: PLC0415 - frames only where a long sheet cannot wait for them

    gathering = MarkupReader(sheet)

    def add_batch(batch: bytes, uniform_rows: UniformRows | None) -> None:
        gathering.add_rows(batch, uniform_rows)
        hidden_cell_scanner.add_rows(batch)

    xml = scan_sheet(container, sheet, add_batch, uniform_row_parser=UniformRowParser())
    return InspectedSheet(
        xml,
        _count_used_cells(xml, gathering.used_columns, MAX_CELLS),
        (),
        gathering,
        hidden_cell_scanner.list_hidden_cells(),
    )


def _count_used_cells(scan: SheetScan, letters: AbstractSet[str], max_cells: int) -> int:
    """Return the cells of the used range; refuse one that is too large to lay out, naming its last corner."""
    columns = max(map(column_number, letters), default=1)
    if columns > MAX_COLUMNS or scan.last_row * columns > max_cells:
        raise intake_error("sheet_too_large", sheet=scan.sheet.name, cell=format_address(scan.last_row, columns))
    return scan.last_row * columns
