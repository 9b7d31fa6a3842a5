"""What a workbook tells now against what was signed: every changed cell, and whatever else tells a reader otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filing.book.canonical_values import Around, Values, agree, said

ORDER, LOOK, KEPT, LINK, MOVED = "order", "look", "chart_values", "link", "moved"
WITHIN_CELL = frozenset({LOOK})  # told of a cell only where its value is what it was

Kinds = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Changed:
    """One change: *kind* is ``cell``, ``sheet_gone``, ``sheet_new`` or what stands round the values, and *place* where.

    A place of no sheet belongs to the whole book. *moved* is said once, where the links to other files lead to the same
    files in another folder: that is what a program makes of them which saves the book there, and nobody else's doing.
    """

    kind: str
    sheet: str
    place: str
    was: str
    now: str


def changes(before: tuple[Values, Around | None], after: tuple[Values, Around]) -> Iterator[Changed]:
    """Yield every change, cells first; nothing is said of what was not signed (*before* without surroundings)."""
    cells = list(changed_cells(before[0], after[0]))
    yield from cells
    if before[1] is None:
        return
    known = {(one.sheet, one.place) for one in cells}
    found = list(_round(before[1], after[1]))
    folder = _moved(before[1], after[1])
    if folder is not None:
        found = [one for one in found if one.kind != LINK or "#" not in one.was]
        yield Changed(MOVED, "", "", "", folder)
    for one in found:
        if one.kind not in WITHIN_CELL or (one.sheet, one.place) not in known:
            yield one


def changed_cells(before: Values, after: Values) -> Iterator[Changed]:
    """Yield every cell that says something else; a lost or new sheet as a whole."""
    for sheet in [*before, *(one for one in after if one not in before)]:
        if sheet not in after or sheet not in before:
            yield Changed("sheet_gone" if sheet in before else "sheet_new", sheet, "", "", "")
            continue
        was, now = before[sheet], after[sheet]
        for cell in [*was, *(one for one in now if one not in was)]:
            one, other = was.get(cell, ""), now.get(cell, "")
            if not agree(one, other):
                yield Changed("cell", sheet, cell, said(one), said(other))


def _round(before: Around, after: Around) -> Iterator[Changed]:
    """Compare what stands round the values, sheet by sheet; a lost or new sheet was told as a whole."""
    for sheet in (one for one in before if one in after):
        for kind in dict.fromkeys([*before[sheet], *after[sheet]]):
            if kind == ORDER:
                yield from _order(before[""], after[""])
                continue
            was, now = before[sheet].get(kind, {}), after[sheet].get(kind, {})
            for place in dict.fromkeys([*was, *now]):
                one, other = was.get(place, ""), now.get(place, "")
                # a program that keeps no values of a chart draws it from the cells
                if one != other and not (kind == KEPT and not other):
                    yield Changed(kind, sheet, place, one, other)


def _order(before: Kinds, after: Kinds) -> Iterator[Changed]:
    first, second = ((one.get(ORDER) or {}).get("", "").split("\n") for one in (before, after))
    was, now = [one for one in first if one in second], [one for one in second if one in first]
    if was != now:
        yield Changed(ORDER, "", "", "、".join(was), "、".join(now))


def _moved(before: Around, after: Around) -> str | None:
    """Return the folder that stands before every link to another file now; nothing where they differ otherwise."""
    was, now = (dict(_outside(one)) for one in (before, after))
    if was == now or was.keys() != now.keys():
        return None
    folders = {_folder_before(link, now[place]) for place, link in was.items()}
    return folders.pop() if len(folders) == 1 else None


def _outside(around: Around) -> Iterator[tuple[tuple[str, str], str]]:
    for sheet, kinds in around.items():
        for place, link in kinds.get(LINK, {}).items():
            if "#" in link:
                yield (sheet, place), link


def _folder_before(was: str, now: str) -> str | None:
    """Return what was put before a link; nothing where it is no folder of the same disk."""
    tail = was.removeprefix("../").removeprefix("../")
    if not now.endswith(tail):
        return None
    folder = now[: len(now) - len(tail)]
    plain = not folder or (folder.endswith("/") and not folder.startswith("/") and ":" not in folder)
    return folder if plain else None
