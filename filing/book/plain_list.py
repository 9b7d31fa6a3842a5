"""A list of texts for people, before cells are built: changes, or values that were normalised."""

from dataclasses import dataclass

from checks.model.cell_ref import CellRef


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainList:
    """One list; *note* is shown below the title.

    *link_targets* are the cells to which the *link_column* (0-based) of each row links, or None.
    """

    sheet_name: str
    title: str
    note: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    link_targets: tuple[CellRef | None, ...] = ()
    link_column: int = 0
