"""Pages that are lists: a title, a line below it, and tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A table of a page: title, headings, and rows as long as the headings.

    The columns in *figure_columns* (0-based) are figures, which stand right.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figure_columns: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesPage:
    """The page: its title, the line below it, and its tables."""

    title: str
    subtitle: str
    tables: tuple[PageTable, ...]
