"""Marks of an earlier round taken off: what the county sees marked is only what is still wrong."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from workbooks.marking.findings_sheet import SEVERITY_COLOURS
from workbooks.marking.findings_text import MarkMessages, list_added_sheets, list_comment_prefixes
from workbooks.marking.original_styles import OriginalCellStyle, load_original_styles
from workbooks.ooxml.cell_edits import drop_blank_cell, index_cells
from workbooks.ooxml.comments import WorksheetTree, drop_comments
from workbooks.ooxml.row_excerpts import RowExcerpt
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.style_table import StyleTable
from workbooks.ooxml.xml_parts import LxmlElement
from workbooks.ooxml.zip_package import ZipPackage

_MARK_COLOURS = frozenset(SEVERITY_COLOURS.values())


def remove_marks(package: ZipPackage, messages: MarkMessages) -> bool:
    """Clear the archive of an earlier round's marks; tell whether there were any."""
    sheets = SheetList.load(package)
    parts = sheets.list_worksheets()
    ours = list_added_sheets(messages) & parts.keys()
    if not ours:
        return False
    if (memory := parts.get(messages["memory_name"])) is not None:
        styles = StyleTable.load(sheets)
        for name, traces in _group_by_sheet(load_original_styles(package, sheets.part, memory)).items():
            if name in parts and name not in ours:
                _restore_sheet(package, parts[name], traces, styles=styles, messages=messages)
        styles.save()
    sheets.drop_sheets(ours)
    sheets.save()
    return True


def _group_by_sheet(original_styles: Sequence[OriginalCellStyle]) -> Mapping[str, list[OriginalCellStyle]]:
    grouped: dict[str, list[OriginalCellStyle]] = defaultdict(list)
    for trace in original_styles:
        grouped[trace.sheet].append(trace)
    return grouped


def _restore_sheet(
    package: ZipPackage,
    part: str,
    original_styles: Sequence[OriginalCellStyle],
    *,
    styles: StyleTable,
    messages: MarkMessages,
) -> None:
    excerpt = RowExcerpt.extract(package.get_part(part), {trace.cell[0] for trace in original_styles})
    cells = index_cells(excerpt.root)
    strayed = [
        trace
        for trace in original_styles
        if trace.painted and not _restore_cell_style(cells.get(trace.cell), trace, styles)
    ]
    if strayed:  # rows were put in or taken out: the colours went along with their cells
        excerpt = RowExcerpt.parse_all(excerpt.write_sheet())
        _restore_moved_cells(excerpt.root, strayed, styles)
    comments = {trace.cell: trace.comment_length for trace in original_styles if trace.comment_length is not None}
    drop_comments(
        WorksheetTree(package, part, excerpt.root),
        comments,
        messages["comment_author"],
        list_comment_prefixes(messages),
    )
    package.store_part(part, excerpt.write_sheet())


def _restore_cell_style(cell: LxmlElement | None, original_style: OriginalCellStyle, styles: StyleTable) -> bool:
    """Give a cell its own looks back, if it still shows our colour."""
    if cell is None:
        return original_style.style is None  # it came into being with the paint and is gone again
    seen = int(cell.get("s", "0"))
    colour = styles.get_fill_colour(seen)
    if colour not in _MARK_COLOURS:
        return False
    if original_style.style is not None and styles.is_painted(int(original_style.style or "0"), seen, colour):
        _apply_style(cell, original_style.style)
    elif original_style.style is None and not drop_blank_cell(cell):
        _apply_style(cell, str(styles.replace_fill(seen, "")))
    elif original_style.style is not None:
        _apply_style(cell, str(styles.replace_fill(seen, original_style.fill_markup)))
    return True


def _apply_style(cell: LxmlElement, style: str) -> None:
    if style:
        cell.set("s", style)
    else:
        cell.attrib.pop("s", None)


def _restore_moved_cells(root: LxmlElement, moved_styles: Sequence[OriginalCellStyle], styles: StyleTable) -> None:
    """Take our colour off the cells of the same columns that still show it, as many as went astray."""
    coloured: dict[int, list[tuple[int, LxmlElement]]] = defaultdict(list)
    for (row, column), cell in index_cells(root).items():
        if styles.get_fill_colour(int(cell.get("s", "0"))) in _MARK_COLOURS:
            coloured[column].append((row, cell))
    for trace in moved_styles:
        if left := coloured[trace.cell[1]]:
            nearest = min(left, key=lambda one: abs(one[0] - trace.cell[0]))
            left.remove(nearest)
            _apply_style(nearest[1], str(styles.replace_fill(int(nearest[1].get("s", "0")), trace.fill_markup)))
