"""Marks of an earlier round taken off: what the county sees marked is only what is still wrong."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from workbooks.marking.findings_sheet import COLOURS
from workbooks.marking.findings_text import Words, comment_openings, own_sheets
from workbooks.marking.original_styles import Trace, read_memory
from workbooks.ooxml.cell_edits import cells_at, drop_blank
from workbooks.ooxml.comments import Sheet, drop_comments
from workbooks.ooxml.row_excerpts import Excerpt
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.style_table import Styles
from workbooks.ooxml.xml_parts import Element
from workbooks.ooxml.zip_package import Package

_OURS = frozenset(COLOURS.values())


def take_marks_off(package: Package, words: Words) -> bool:
    """Clear the archive of an earlier round's marks; tell whether there were any."""
    sheets = SheetList.read(package)
    parts = sheets.worksheets()
    ours = own_sheets(words) & parts.keys()
    if not ours:
        return False
    if (memory := parts.get(words["memory_name"])) is not None:
        styles = Styles.read(sheets)
        for name, traces in _by_sheet(read_memory(package, sheets.part, memory)).items():
            if name in parts and name not in ours:
                _restore(package, parts[name], traces, styles=styles, words=words)
        styles.save()
    sheets.drop(ours)
    sheets.save()
    return True


def _by_sheet(traces: Sequence[Trace]) -> Mapping[str, list[Trace]]:
    grouped: dict[str, list[Trace]] = defaultdict(list)
    for trace in traces:
        grouped[trace.sheet].append(trace)
    return grouped


def _restore(package: Package, part: str, traces: Sequence[Trace], *, styles: Styles, words: Words) -> None:
    excerpt = Excerpt.of(package.content(part), {trace.cell[0] for trace in traces})
    cells = cells_at(excerpt.root)
    strayed = [trace for trace in traces if trace.painted and not _unpaint(cells.get(trace.cell), trace, styles)]
    if strayed:  # rows were put in or taken out: the colours went along with their cells
        excerpt = Excerpt.full(excerpt.whole())
        _follow(excerpt.root, strayed, styles)
    comments = {trace.cell: trace.comment for trace in traces if trace.comment is not None}
    drop_comments(Sheet(package, part, excerpt.root), comments, words["comment_author"], comment_openings(words))
    package.put(part, excerpt.whole())


def _unpaint(cell: Element | None, trace: Trace, styles: Styles) -> bool:
    """Give a cell its own looks back, if it still shows our colour."""
    if cell is None:
        return trace.style is None  # it came into being with the paint and is gone again
    seen = int(cell.get("s", "0"))
    colour = styles.colour_of(seen)
    if colour not in _OURS:
        return False
    if trace.style is not None and styles.is_painted(int(trace.style or "0"), seen, colour):
        _set_style(cell, trace.style)
    elif trace.style is None and not drop_blank(cell):
        _set_style(cell, str(styles.refilled(seen, "")))
    elif trace.style is not None:
        _set_style(cell, str(styles.refilled(seen, trace.fill)))
    return True


def _set_style(cell: Element, style: str) -> None:
    if style:
        cell.set("s", style)
    else:
        cell.attrib.pop("s", None)


def _follow(root: Element, strayed: Sequence[Trace], styles: Styles) -> None:
    """Take our colour off the cells of the same columns that still show it, as many as went astray."""
    coloured: dict[int, list[tuple[int, Element]]] = defaultdict(list)
    for (row, column), cell in cells_at(root).items():
        if styles.colour_of(int(cell.get("s", "0"))) in _OURS:
            coloured[column].append((row, cell))
    for trace in strayed:
        if left := coloured[trace.cell[1]]:
            nearest = min(left, key=lambda one: abs(one[0] - trace.cell[0]))
            left.remove(nearest)
            _set_style(nearest[1], str(styles.refilled(int(nearest[1].get("s", "0")), trace.fill)))
