"""What an explanation of a finding rests on: every cell of the finding with its content."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.finding import ExplainedCell, Finding, LogicalLocation, Severity
from checks.model.raw_workbook import RawWorkbook
from checks.model.short_digests import compute_short_digest

# The identity of a finding has to fit into one cell of the list of findings, beside the digests of its members.
_MAX_CELLS: Final = 800
_COMPUTED, _FURTHER = "computed", "further"


class CellLocator(Protocol):
    """Knows what the cells of a submission mean."""

    def locate(self, cell: CellRef) -> LogicalLocation:
        """Return what a cell means."""

    def list_row_cells(self, cell: CellRef, columns: Iterable[str]) -> Iterable[CellRef]:
        """Return the cells of these columns in the row of a cell."""


def add_explained_cells(findings: Iterable[Finding], book: RawWorkbook, locator: CellLocator) -> tuple[Finding, ...]:
    """Return the findings, those that may be explained with the digests of their cells."""
    texts_by_sheet = {sheet.name: sheet.text for sheet in book.sheets}
    completed: list[Finding] = []
    for finding in findings:
        explained_cells: tuple[ExplainedCell, ...] = ()
        if finding.severity is Severity.SOFT and not finding.trial:
            explained_cells = tuple(_list_explained_cells(finding, texts_by_sheet, locator))
        completed.append(replace(finding, explained_cells=explained_cells, read_columns=()))
    return tuple(completed)


def digest_location(location: LogicalLocation) -> str:
    """Return a short digest of what a cell means."""
    return compute_short_digest([location.form, location.row, location.column])


def _list_explained_cells(
    finding: Finding, texts_by_sheet: dict[str, pl.DataFrame], locator: CellLocator
) -> Iterator[ExplainedCell]:
    cells = _list_cells(finding, locator)
    contents: list[tuple[CellRef, str]] = [(cell, _read_content(texts_by_sheet, cell)) for cell in cells]
    for cell, content in contents[:_MAX_CELLS]:
        yield ExplainedCell(cell, f"{digest_location(locator.locate(cell))}:{compute_short_digest(content)}")
    if len(contents) > _MAX_CELLS and not finding.members:
        further = [[cell.sheet, cell.address, content] for cell, content in contents[_MAX_CELLS:]]
        yield ExplainedCell(contents[_MAX_CELLS][0], f"{_FURTHER}:{compute_short_digest(further)}")
    if not finding.members and (finding.expected is not None or finding.difference is not None):
        amounts = compute_short_digest([finding.expected, finding.difference])
        yield ExplainedCell(CellRef(finding.sheet, ""), f"{_COMPUTED}:{amounts}")


def _list_cells(finding: Finding, locator: CellLocator) -> list[CellRef]:
    """Return the cells of a finding and those that its rules read in the same rows."""
    cells = dict.fromkeys(finding.cells)
    anchors = [member.cell for member in finding.members]
    if finding.cell is not None:
        anchors.append(CellRef(finding.sheet, finding.cell))
    for anchor in anchors:
        cells.update(dict.fromkeys(locator.list_row_cells(anchor, finding.read_columns)))
    return list(cells)


def _read_content(texts_by_sheet: dict[str, pl.DataFrame], cell: CellRef) -> str:
    """Return the content of a cell as it is compared: 8.0 is the same as 8; empty outside the sheet."""
    text = texts_by_sheet.get(cell.sheet)
    if text is None or not cell.address:
        return ""
    row, column = cell.position
    if row < 1 or row > text.height or column > text.width:
        return ""
    content = (text.to_series(column - 1)[row - 1] or "").strip()
    try:
        return str(Decimal(content).normalize())
    except InvalidOperation:
        return content
