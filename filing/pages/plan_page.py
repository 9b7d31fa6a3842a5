"""The page of an imported plan, for review: each figure beside its place in the notice, and what was found."""

from collections.abc import Sequence

from contracts.messages import Messages
from filing.pages.tables_page import PageTable, TablesPage

FIGURE_COLUMNS = ("programme", "name", "year", "figure", "place")
FINDING_COLUMNS = ("severity", "where", "finding", "rule")


def build_plan_page(
    title: str,
    document: str,
    *,
    figures: Sequence[tuple[str, ...]],
    findings: Sequence[tuple[str, ...]],
    messages: Messages,
) -> TablesPage:
    """Return the page; *figures* and *findings* are rows in the order of the columns."""
    tables = [
        _build_table("findings", FINDING_COLUMNS, findings, messages),
        _build_table("figures", FIGURE_COLUMNS, figures, messages),
    ]
    return TablesPage(title=title, subtitle=document, tables=tuple(table for table in tables if table.rows))


def _build_table(name: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], messages: Messages) -> PageTable:
    headings = tuple(messages(f"plan_page.column.{column}") for column in columns)
    return PageTable(title=messages(f"plan_page.heading.{name}"), headings=headings, rows=tuple(rows))
