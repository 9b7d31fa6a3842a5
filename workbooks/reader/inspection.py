"""Inspect a workbook before any reader opens it: unpack every part once and scan every sheet."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from checks.model.cell_ref import column_number, format_address
from workbooks.gate.companion_parts import refuse_unsafe_companions
from workbooks.gate.foreign_content import find_foreign_content
from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.resource_limits import LONG_FILE_BYTES
from workbooks.gate.workbook_parts import WORKBOOK_PART, SheetPart, WorkbookOutline, parse_workbook_outline
from workbooks.gate.zip_container import ARCHIVE_LIMITS, Container
from workbooks.sheet_scan.hiding_styles import StyleEffect, parse_style_effects
from workbooks.sheet_scan.masked_cells import HiddenCellGroup, HiddenCellScanner, find_struck_strings
from workbooks.sheet_scan.shared_strings import count_shared_strings
from workbooks.sheet_scan.sheet_grammar import FILLED_COLUMNS
from workbooks.sheet_scan.sheet_scanner import SheetScan, scan_sheet
from workbooks.sheet_scan.uniform_rows import UniformRowParser, UniformRows

if TYPE_CHECKING:  # imports polars
    from workbooks.sheet_scan.markup_values import MarkupReader

# A reader allocates the whole used range; a lone cell in the last corner makes it huge.
MAX_CELLS: Final = 5_000_000
MAX_CELLS_SHORT_FILE: Final = 1_500_000
# Each is a column of a frame, and no form has a thousand.
MAX_COLUMNS: Final = 1024
# Of all sheets together: the rows of shorter ones are kept until everything is inspected, then read.
MAX_BYTES_HELD: Final = LONG_FILE_BYTES


@dataclass(frozen=True, slots=True)
class InspectedSheet:
    """An inspected sheet: its rows if they were kept, or else the reader that has already read their values.

    *cell_count* is the size of the used range, including blank cells.
    """

    scan: SheetScan
    cell_count: int
    row_batches: tuple[bytes, ...]
    markup_reader: "MarkupReader | None"
    hidden_cells: tuple[HiddenCellGroup, ...]


@dataclass(frozen=True, slots=True)
class InspectedWorkbook:
    """An inspected file: outline, sheets, number of texts that cells may refer to, and what is no sheet."""

    outline: WorkbookOutline
    sheets: tuple[InspectedSheet, ...]
    shared_string_count: int
    foreign_content: Mapping[str, list[str]]


def inspect_workbook(container: Container) -> InspectedWorkbook:
    """Inspect every part and every sheet; raise IntakeError for the first that is unsafe or malformed."""
    outline = parse_workbook_outline(container)
    shared_string_count, struck_string_ids = _inspect_shared_strings(container, outline.shared_strings_part)
    style_effects = _inspect_styles(container, outline.styles_part)
    sheet_bytes = sum(container.archive.getinfo(sheet.part).file_size for sheet in outline.sheets)
    # The cells of all sheets are in memory at once.
    if sheet_bytes > ARCHIVE_LIMITS.max_part_bytes:
        raise intake_error("bomb", part="xl/worksheets")
    inspected_sheets: list[InspectedSheet] = []
    for sheet in outline.sheets:
        hidden_cell_scanner = HiddenCellScanner(style_effects, struck_string_ids)
        keep_rows = sheet_bytes <= MAX_BYTES_HELD
        inspected_sheets.append(_inspect_sheet(container, sheet, hidden_cell_scanner, keep_rows=keep_rows))
    refuse_unsafe_companions(container, outline)
    container.check_remaining_parts(_get_inspected_parts(outline))
    foreign_content = find_foreign_content(container)
    if remote_rules := _list_remote_rules(inspected_sheets):
        foreign_content["remote_rules"] = remote_rules
    return InspectedWorkbook(outline, tuple(inspected_sheets), shared_string_count, foreign_content)


def _list_remote_rules(sheets: Iterable[InspectedSheet]) -> list[str]:
    """Return the ranges, with their sheets, whose validation or format asks the network."""
    ranges: list[str] = []
    for sheet in sheets:
        prefix = f"{sheet.scan.sheet.name}!"
        ranges.extend(map(prefix.__add__, sheet.scan.remote_rules))
    return ranges


def _get_inspected_parts(outline: WorkbookOutline) -> frozenset[str]:
    sheet_parts = (sheet.part for sheet in outline.sheets)
    parts = (WORKBOOK_PART, outline.shared_strings_part, outline.styles_part, *sheet_parts)
    return frozenset(filter(None, parts))


def _inspect_shared_strings(container: Container, part: str | None) -> tuple[int, frozenset[int]]:
    """Return the number of shared strings, and the indexes of those with struck-out text."""
    if part is None:
        return 0, frozenset()
    content = _unpack_required_part(container, part)
    return count_shared_strings(part, content), find_struck_strings(content)


def _inspect_styles(container: Container, part: str | None) -> Mapping[int, StyleEffect]:
    """Return the styles that hide values, by index."""
    if not part:
        return {}
    return parse_style_effects(part, _unpack_required_part(container, part))


def _unpack_required_part(container: Container, part: str) -> bytes:
    if part not in container.names:
        raise intake_error("part_missing", part=format_part_name(part))
    return container.unpack_part(part)


def _inspect_sheet(
    container: Container, sheet: SheetPart, hidden_cell_scanner: HiddenCellScanner, *, keep_rows: bool
) -> InspectedSheet:
    if keep_rows:
        return _inspect_short_sheet(container, sheet, hidden_cell_scanner)
    return _inspect_long_sheet(container, sheet, hidden_cell_scanner)


def _inspect_short_sheet(
    container: Container, sheet: SheetPart, hidden_cell_scanner: HiddenCellScanner
) -> InspectedSheet:
    """Scan the sheet and keep its rows."""
    row_batches: list[bytes] = []
    scan = scan_sheet(container, sheet, lambda rows, _: row_batches.append(rows))
    filled_columns: set[bytes] = set()
    for rows in row_batches:
        hidden_cell_scanner.add_rows(rows)
        filled_columns.update(FILLED_COLUMNS.findall(rows))
    cell_count = _count_used_cells(scan, set(map(bytes.decode, filled_columns)), MAX_CELLS_SHORT_FILE)
    return InspectedSheet(scan, cell_count, tuple(row_batches), None, hidden_cell_scanner.list_hidden_cells())


def _inspect_long_sheet(
    container: Container, sheet: SheetPart, hidden_cell_scanner: HiddenCellScanner
) -> InspectedSheet:
    """Scan the sheet and read its values batch by batch, without keeping its rows."""
    from workbooks.sheet_scan.markup_values import MarkupReader  # noqa: PLC0415 - polars is loaded for a long sheet only

    markup_reader = MarkupReader(sheet)

    def add_batch(rows: bytes, uniform_rows: UniformRows | None) -> None:
        markup_reader.add_rows(rows, uniform_rows)
        hidden_cell_scanner.add_rows(rows)

    scan = scan_sheet(container, sheet, add_batch, uniform_row_parser=UniformRowParser())
    cell_count = _count_used_cells(scan, markup_reader.used_columns, MAX_CELLS)
    return InspectedSheet(scan, cell_count, (), markup_reader, hidden_cell_scanner.list_hidden_cells())


def _count_used_cells(scan: SheetScan, letters: AbstractSet[str], max_cells: int) -> int:
    """Return the size of the used range; refuse one that is too large to allocate, naming its last cell."""
    column_count = max(map(column_number, letters), default=1)
    cell_count = scan.last_row * column_count
    if column_count > MAX_COLUMNS or cell_count > max_cells:
        last_cell = format_address(scan.last_row, column_count)
        raise intake_error("sheet_too_large", sheet=scan.sheet.name, cell=last_cell)
    return cell_count
