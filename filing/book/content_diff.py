"""What a workbook tells now against what was signed: every changed cell, and whatever else tells a reader otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filing.book.canonical_values import CanonicalValues, WorkbookPresentation, format_canonical_value, is_same_value

SHEET_ORDER, APPEARANCE, CHART_VALUES, LINK_TARGET, FOLDER_MOVED = "order", "look", "chart_values", "link", "moved"
CELL_CHANGE_KINDS = frozenset({APPEARANCE})  # told of a cell only where its value is what it was

SheetPresentation = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ContentChange:
    """One change: *kind* is ``cell``, ``sheet_gone``, ``sheet_new`` or what stands round the values, and *place* where.

    A place of no sheet belongs to the whole book. *moved* is said once, where the links to other files lead to the same
    files in another folder: that is what a program makes of them which saves the book there, and nobody else's doing.
    """

    kind: str
    sheet: str
    location: str
    before: str
    after: str


def find_changes(
    before: tuple[CanonicalValues, WorkbookPresentation | None], after: tuple[CanonicalValues, WorkbookPresentation]
) -> Iterator[ContentChange]:
    """Yield every change, cells first; nothing is said of what was not signed (*before* without surroundings)."""
    cells = list(find_changed_cells(before[0], after[0]))
    yield from cells
    if before[1] is None:
        return
    known = {(one.sheet, one.location) for one in cells}
    found = list(_compare_presentation(before[1], after[1]))
    folder = _find_moved_folder(before[1], after[1])
    if folder is not None:
        found = [one for one in found if one.kind != LINK_TARGET or "#" not in one.before]
        yield ContentChange(FOLDER_MOVED, "", "", "", folder)
    for one in found:
        if one.kind not in CELL_CHANGE_KINDS or (one.sheet, one.location) not in known:
            yield one


def find_changed_cells(before: CanonicalValues, after: CanonicalValues) -> Iterator[ContentChange]:
    """Yield every cell that says something else; a lost or new sheet as a whole."""
    for sheet in [*before, *(one for one in after if one not in before)]:
        if sheet not in after or sheet not in before:
            yield ContentChange("sheet_gone" if sheet in before else "sheet_new", sheet, "", "", "")
            continue
        was, now = before[sheet], after[sheet]
        for cell in [*was, *(one for one in now if one not in was)]:
            one, other = was.get(cell, ""), now.get(cell, "")
            if not is_same_value(one, other):
                yield ContentChange("cell", sheet, cell, format_canonical_value(one), format_canonical_value(other))


def _compare_presentation(before: WorkbookPresentation, after: WorkbookPresentation) -> Iterator[ContentChange]:
    """Compare what stands round the values, sheet by sheet; a lost or new sheet was told as a whole."""
    for sheet in (one for one in before if one in after):
        for kind in dict.fromkeys([*before[sheet], *after[sheet]]):
            if kind == SHEET_ORDER:
                yield from _compare_sheet_order(before[""], after[""])
                continue
            was, now = before[sheet].get(kind, {}), after[sheet].get(kind, {})
            for place in dict.fromkeys([*was, *now]):
                one, other = was.get(place, ""), now.get(place, "")
                # a program that keeps no values of a chart draws it from the cells
                if one != other and not (kind == CHART_VALUES and not other):
                    yield ContentChange(kind, sheet, place, one, other)


def _compare_sheet_order(before: SheetPresentation, after: SheetPresentation) -> Iterator[ContentChange]:
    first, second = ((one.get(SHEET_ORDER) or {}).get("", "").split("\n") for one in (before, after))
    was, now = [one for one in first if one in second], [one for one in second if one in first]
    if was != now:
        yield ContentChange(SHEET_ORDER, "", "", "、".join(was), "、".join(now))


def _find_moved_folder(before: WorkbookPresentation, after: WorkbookPresentation) -> str | None:
    """Return the folder that stands before every link to another file now; nothing where they differ otherwise."""
    was, now = (dict(_list_external_links(one)) for one in (before, after))
    if was == now or was.keys() != now.keys():
        return None
    folders = {_find_folder_prefix(link, now[place]) for place, link in was.items()}
    return folders.pop() if len(folders) == 1 else None


def _list_external_links(presentation: WorkbookPresentation) -> Iterator[tuple[tuple[str, str], str]]:
    for sheet, kinds in presentation.items():
        for place, link in kinds.get(LINK_TARGET, {}).items():
            if "#" in link:
                yield (sheet, place), link


def _find_folder_prefix(before: str, after: str) -> str | None:
    """Return what was put before a link; nothing where it is no folder of the same disk."""
    tail = before.removeprefix("../").removeprefix("../")
    if not after.endswith(tail):
        return None
    folder = after[: len(after) - len(tail)]
    plain = not folder or (folder.endswith("/") and not folder.startswith("/") and ":" not in folder)
    return folder if plain else None
