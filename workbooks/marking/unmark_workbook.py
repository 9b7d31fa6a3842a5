"""Removal of the marks of an earlier round, so that a returned workbook marks only what is still wrong."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from checks.model.cell_ref import Position
from workbooks.marking.findings_sheet import SEVERITY_COLOURS
from workbooks.marking.findings_text import MarkMessages, list_added_sheets, list_comment_prefixes
from workbooks.marking.original_styles import OriginalCellStyle, load_original_styles
from workbooks.ooxml.cell_edits import drop_blank_cell, index_cells
from workbooks.ooxml.comments import WorksheetTree, drop_comments
from workbooks.ooxml.row_excerpts import RowExcerpt
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.style_table import StyleTable
from workbooks.ooxml.xml_parts import LxmlElement, parse_index
from workbooks.ooxml.zip_package import ZipPackage

_MARK_COLOURS = frozenset(SEVERITY_COLOURS.values())


def remove_marks(package: ZipPackage, messages: MarkMessages) -> bool:
    """Remove our marks and sheets from the archive; return whether there were any."""
    sheets = SheetList.load(package)
    parts = sheets.list_worksheets()
    added_sheets = list_added_sheets(messages) & parts.keys()
    if not added_sheets:
        return False
    memory_part = parts.get(messages["memory_name"])
    if memory_part is not None:
        styles = StyleTable.load(sheets)
        original_styles = load_original_styles(package, sheets.part, memory_part)
        for name, sheet_styles in _group_by_sheet(original_styles).items():
            if name in parts and name not in added_sheets:
                _restore_sheet(package, parts[name], sheet_styles, styles=styles, messages=messages)
        styles.save()
    sheets.drop_sheets(added_sheets)
    sheets.save()
    return True


def _group_by_sheet(original_styles: Sequence[OriginalCellStyle]) -> Mapping[str, list[OriginalCellStyle]]:
    styles_by_sheet: dict[str, list[OriginalCellStyle]] = defaultdict(list)
    for original_style in original_styles:
        styles_by_sheet[original_style.sheet].append(original_style)
    return styles_by_sheet


def _restore_sheet(
    package: ZipPackage,
    part: str,
    original_styles: Sequence[OriginalCellStyle],
    *,
    styles: StyleTable,
    messages: MarkMessages,
) -> None:
    rows = {original_style.cell[0] for original_style in original_styles}
    excerpt = RowExcerpt.extract(package.get_part(part), rows)
    moved_styles = _restore_cell_styles(excerpt.root, original_styles, styles)
    if moved_styles:
        # The county inserted or deleted rows, and the colours moved with their cells.
        excerpt = RowExcerpt.parse_all(excerpt.write_sheet())
        _restore_moved_cells(excerpt.root, moved_styles, styles)
    drop_comments(
        WorksheetTree(package, part, excerpt.root),
        _collect_comment_lengths(original_styles),
        messages["comment_author"],
        list_comment_prefixes(messages),
    )
    package.store_part(part, excerpt.write_sheet())


def _restore_cell_styles(
    root: LxmlElement, original_styles: Sequence[OriginalCellStyle], styles: StyleTable
) -> list[OriginalCellStyle]:
    """Restore the cells that we painted; return the entries of those that do not show our colour any more."""
    cells = index_cells(root)
    return [
        original_style
        for original_style in original_styles
        if original_style.painted and not _restore_cell_style(cells.get(original_style.cell), original_style, styles)
    ]


def _collect_comment_lengths(original_styles: Sequence[OriginalCellStyle]) -> dict[Position, int]:
    lengths = {}
    for original_style in original_styles:
        if original_style.comment_length is not None:
            lengths[original_style.cell] = original_style.comment_length
    return lengths


def _restore_cell_style(cell: LxmlElement | None, original_style: OriginalCellStyle, styles: StyleTable) -> bool:
    """Restore the style of a cell if it still shows our colour; return whether there is nothing left to restore."""
    if cell is None:
        # A cell that we created has been deleted again.
        return original_style.style is None
    current_style = parse_index(cell.get("s"))
    colour = styles.get_fill_colour(current_style)
    if colour not in _MARK_COLOURS:
        return False
    if original_style.style is None:
        if not drop_blank_cell(cell):
            _apply_style(cell, str(styles.replace_fill(current_style, "")))
    elif styles.is_painted(parse_index(original_style.style), current_style, colour):
        _apply_style(cell, original_style.style)
    else:
        _apply_style(cell, str(styles.replace_fill(current_style, original_style.fill_markup)))
    return True


def _apply_style(cell: LxmlElement, style: str) -> None:
    if style:
        cell.set("s", style)
    else:
        cell.attrib.pop("s", None)


def _restore_moved_cells(root: LxmlElement, moved_styles: Sequence[OriginalCellStyle], styles: StyleTable) -> None:
    """Remove our colour from the nearest cell of the same column that still shows it, once for each entry."""
    painted_cells = _group_painted_cells(root, styles)
    for original_style in moved_styles:
        row, column = original_style.cell
        rows = painted_cells[column]
        if rows:
            nearest_row = min(rows, key=lambda painted_row: abs(painted_row - row))
            cell = rows.pop(nearest_row)
            _apply_style(cell, str(styles.replace_fill(parse_index(cell.get("s")), original_style.fill_markup)))


def _group_painted_cells(root: LxmlElement, styles: StyleTable) -> Mapping[int, dict[int, LxmlElement]]:
    """Return the cells that show our colour, by column and row."""
    painted_cells: dict[int, dict[int, LxmlElement]] = defaultdict(dict)
    for (row, column), cell in index_cells(root).items():
        if styles.get_fill_colour(parse_index(cell.get("s"))) in _MARK_COLOURS:
            painted_cells[column][row] = cell
    return painted_cells
