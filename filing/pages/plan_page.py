"""The page of an imported plan, for review: each figure beside its place in the notice, and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.messages import Messages
from filing.pages.run_page import PageTable

FIGURE_COLUMNS = ("programme", "name", "year", "figure", "place")
FINDING_COLUMNS = ("severity", "where", "finding", "rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """The page: title, document and date in one line, and its tables."""

    title: str
    document: str
    tables: tuple[PageTable, ...]


def build_plan_page(
    title: str,
    document: str,
    *,
    figures: Sequence[tuple[str, ...]],
    findings: Sequence[tuple[str, ...]],
    messages: Messages,
) -> PlanPage:
    """Return the page; *figures* and *findings* are rows in the order of the columns."""
    tables = [
        _build_table("findings", FINDING_COLUMNS, findings, messages),
        _build_table("figures", FIGURE_COLUMNS, figures, messages),
    ]
    return PlanPage(title=title, document=document, tables=tuple(table for table in tables if table.rows))


def _build_table(name: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], messages: Messages) -> PageTable:
    headings = tuple(messages(f"plan_page.column.{column}") for column in columns)
    return PageTable(title=messages(f"plan_page.heading.{name}"), headings=headings, rows=tuple(rows))
