"""The members of a finding in short: the cells that it stands for, with their values where these differ."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from checks.model.cell_ref import CellRef, column_letters
from checks.model.violation import Violation

_MAX_PARTS: Final = 20
_MAX_VALUE_CHARACTERS: Final = 20


def format_members(members: Sequence[Violation], count: int) -> str:
    """Return the cells of members, as ranges if they have one value, else each with its own; a cut list ends so."""
    cells = [member.cell for member in members if member.cell is not None]
    if len({member.value for member in members}) == 1:
        parts = list(_format_ranges(cells))
    else:
        parts = [_format_member(member) for member in members]
    text = "、".join(parts[:_MAX_PARTS])
    if len(parts) > _MAX_PARTS or len(members) < count:
        return f"{text}……"
    return text


def _format_member(member: Violation) -> str:
    address, value = "", member.value or ""
    if member.cell is not None:
        address = member.cell.address
    if not value or len(value) > _MAX_VALUE_CHARACTERS:
        return address
    return f"{address}（{value}）"


def _format_ranges(cells: Sequence[CellRef]) -> Iterator[str]:
    """Yield cells that follow each other in a column as ranges such as U4:U15."""
    if not cells:
        return
    start = cells[0]
    for cell, following in pairwise([*cells, None]):
        if cell is None or _is_next(cell, following):
            continue
        if cell == start:
            yield cell.address
        else:
            yield f"{start.address}:{column_letters(cell.column)}{cell.row}"
        start = following or cell


def _is_next(cell: CellRef, following: CellRef | None) -> bool:
    if following is None:
        return False
    return (following.sheet, following.column, following.row) == (cell.sheet, cell.column, cell.row + 1)
