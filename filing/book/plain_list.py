"""A plain list for people, before any cell is written: what changed, what was read otherwise than written."""

from dataclasses import dataclass

from checks.model.cell_ref import CellRef


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainList:
    """One list: *note* stands below the title; *places* are where each line's *link* column leads, if anywhere."""

    sheet_name: str
    title: str
    note: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    link_targets: tuple[CellRef | None, ...] = ()
    link_column: int = 0
