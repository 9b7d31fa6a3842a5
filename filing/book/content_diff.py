"""Compares a workbook with its signed content: changed cells, and changes of everything else that readers see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filing.book.canonical_values import CanonicalValues, WorkbookPresentation, format_canonical_value, is_same_value

SHEET_ORDER, APPEARANCE, CHART_VALUES, LINK_TARGET, FOLDER_MOVED = "order", "look", "chart_values", "link", "moved"
CELL_CHANGE_KINDS = frozenset({APPEARANCE})
"""Kinds that are reported for a cell only if its value did not change."""

SheetPresentation = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ContentChange:
    """One change; *kind* is ``cell``, ``sheet_gone``, ``sheet_new`` or a kind of presentation.

    *sheet* is empty if the change concerns the whole book. The kind ``moved`` is reported once, if the links to other
    files lead to the same files in another folder: a spreadsheet program rewrites them like this when it saves the
    book in another folder.
    """

    kind: str
    sheet: str
    location: str
    before: str
    after: str


def find_changes(
    before: tuple[CanonicalValues, WorkbookPresentation | None], after: tuple[CanonicalValues, WorkbookPresentation]
) -> Iterator[ContentChange]:
    """Yield every change, changed cells first.

    *before* and *after* are pairs of values and presentation; the presentation is compared only if it was signed.
    """
    cell_changes = list(find_changed_cells(before[0], after[0]))
    yield from cell_changes
    if before[1] is None:
        return
    changed_cells = {(change.sheet, change.location) for change in cell_changes}
    folder = _find_moved_folder(before[1], after[1])
    if folder is not None:
        yield ContentChange(FOLDER_MOVED, "", "", "", folder)
    for change in _compare_presentation(before[1], after[1]):
        is_moved_link = folder is not None and change.kind == LINK_TARGET and "#" in change.before
        is_of_changed_cell = change.kind in CELL_CHANGE_KINDS and (change.sheet, change.location) in changed_cells
        if not is_moved_link and not is_of_changed_cell:
            yield change


def find_changed_cells(before: CanonicalValues, after: CanonicalValues) -> Iterator[ContentChange]:
    """Yield every cell with a different value; a lost or new sheet is one change."""
    for sheet in dict.fromkeys([*before, *after]):
        if sheet not in after:
            yield ContentChange("sheet_gone", sheet, "", "", "")
        elif sheet not in before:
            yield ContentChange("sheet_new", sheet, "", "", "")
        else:
            yield from _compare_cells(sheet, before[sheet], after[sheet])


def _compare_cells(sheet: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[ContentChange]:
    for cell in dict.fromkeys([*before, *after]):
        old, new = before.get(cell, ""), after.get(cell, "")
        if not is_same_value(old, new):
            yield ContentChange("cell", sheet, cell, format_canonical_value(old), format_canonical_value(new))


def _compare_presentation(before: WorkbookPresentation, after: WorkbookPresentation) -> Iterator[ContentChange]:
    """Compare the presentation sheet by sheet; lost and new sheets are changes of their own already."""
    for sheet in filter(after.__contains__, before):
        for kind in dict.fromkeys([*before[sheet], *after[sheet]]):
            if kind == SHEET_ORDER:
                yield from _compare_sheet_order(before[""], after[""])
            else:
                yield from _compare_kind(sheet, kind, before[sheet].get(kind, {}), after[sheet].get(kind, {}))


def _compare_kind(
    sheet: str, kind: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[ContentChange]:
    for location in dict.fromkeys([*before, *after]):
        old, new = before.get(location, ""), after.get(location, "")
        # A program that does not store the values of a chart draws it from the cells.
        is_chart_without_values = kind == CHART_VALUES and not new
        if old != new and not is_chart_without_values:
            yield ContentChange(kind, sheet, location, old, new)


def _compare_sheet_order(before: SheetPresentation, after: SheetPresentation) -> Iterator[ContentChange]:
    old_sheets, new_sheets = _list_sheets(before), _list_sheets(after)
    old_order = list(filter(new_sheets.__contains__, old_sheets))
    new_order = list(filter(old_sheets.__contains__, new_sheets))
    if old_order != new_order:
        yield ContentChange(SHEET_ORDER, "", "", "、".join(old_order), "、".join(new_order))


def _list_sheets(presentation: SheetPresentation) -> list[str]:
    return (presentation.get(SHEET_ORDER) or {}).get("", "").split("\n")


def _find_moved_folder(before: WorkbookPresentation, after: WorkbookPresentation) -> str | None:
    """Return the folder that precedes every link to another file now, or None if the links differ otherwise."""
    old_links, new_links = dict(_list_external_links(before)), dict(_list_external_links(after))
    if old_links == new_links or old_links.keys() != new_links.keys():
        return None
    folders = {_find_folder_prefix(link, new_links[location]) for location, link in old_links.items()}
    if len(folders) != 1:
        return None
    return folders.pop()


def _list_external_links(presentation: WorkbookPresentation) -> Iterator[tuple[tuple[str, str], str]]:
    for sheet, kinds in presentation.items():
        for location, link in kinds.get(LINK_TARGET, {}).items():
            if "#" in link:
                yield (sheet, location), link


def _find_folder_prefix(before: str, after: str) -> str | None:
    """Return the folder that was put before a link, or None if it is not a relative folder."""
    tail = before.removeprefix("../").removeprefix("../")
    if not after.endswith(tail):
        return None
    folder = after[: len(after) - len(tail)]
    is_relative = folder.endswith("/") and not folder.startswith("/") and ":" not in folder
    if folder and not is_relative:
        return None
    return folder
