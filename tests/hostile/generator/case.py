"""What a hostile case is, and what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Due(StrEnum):
    """What must become of a file."""

    ACCEPT = "accept"  # read in full: the same verdict as the undamaged file
    REFUSE = "refuse"  # refused, with the code of the case
    FLAG = "flag"  # read, with a hard finding at the cell of the case
    EITHER = "either"  # read in full, or refused


@dataclass(frozen=True, slots=True)
class Case:
    """One file: the rows of the table that it serves, its name, what makes it, what is due."""

    rows: tuple[int, ...]
    name: str
    make: Callable[[Random], bytes]
    due: Due
    codes: frozenset[str] = frozenset()
    cell: str | None = None


def case(
    rows: int | tuple[int, ...], name: str, due: Due, *codes: str, cell: str | None = None
) -> Callable[[Callable[[Random], bytes]], Case]:
    """Make a case of the function that makes its file."""

    def made(make: Callable[[Random], bytes]) -> Case:
        return Case((rows,) if isinstance(rows, int) else rows, name, make, due, frozenset(codes), cell)

    return made


def simple(
    rows: int | tuple[int, ...], name: str, due: Due, make: Callable[[], bytes], *codes: str, cell: str | None = None
) -> Case:
    """Make a case whose file holds nothing random."""
    return case(rows, name, due, *codes, cell=cell)(lambda _: make())
