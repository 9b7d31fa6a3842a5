"""Findings and figures of a table that was joined from several sheets, put back to the sheets of the file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from checks.model.cell_ref import CellRef, parse_address
from checks.model.finding import Finding, FindingMember, RepairStep
from checks.model.report import ReportedFigure, ValidationReport
from checks.recognition.continued_sheets import JoinedSheet, restore_cell
from contracts.recognition_words import compile_pattern

# An address that no sheet precedes, or a range of such.
_ADDRESS: Final = re.compile(r"(?<![\w!.-])([A-Z]{1,3}[1-9]\d{0,6})(?![\w(])")
_ROWS: Final = compile_pattern("row_numbers")


@dataclass(frozen=True, slots=True)
class JoinedPlaces:
    """Where the rows of joined sheets stand in the file, by the name of the first sheet."""

    joined: Mapping[str, tuple[JoinedSheet, ...]]

    def restore_report(self, report: ValidationReport) -> ValidationReport:
        """Return a report with the places of the file."""
        if not self.joined:
            return report
        findings = tuple(map(self._restore_finding, report.findings))
        return replace(report, findings=findings, figures=tuple(map(self._restore_figure, report.figures)))

    def _restore_finding(self, finding: Finding) -> Finding:
        """Return a finding with the cells, addresses and row numbers of the file."""
        if finding.sheet not in self.joined:
            cells = tuple(map(self._restore_cell, finding.cells))
            return replace(finding, cells=cells, repairs=self._restore_repairs(finding))
        place = self._restore_cell(CellRef(finding.sheet, finding.cell or ""))
        return replace(
            finding,
            sheet=place.sheet,
            cell=place.address or None,
            cells=tuple(map(self._restore_cell, finding.cells)),
            message=self._restore_text(finding.message, finding.sheet, place.sheet),
            remedy=self._restore_text(finding.remedy, finding.sheet, place.sheet),
            repairs=self._restore_repairs(finding),
            members=tuple(map(self._restore_member, finding.members)),
        )

    def _restore_figure(self, figure: ReportedFigure) -> ReportedFigure:
        """Return a figure with its cell in the file."""
        cell = self._restore_cell(CellRef(figure.sheet, figure.cell))
        return replace(figure, sheet=cell.sheet, cell=cell.address)

    def _restore_cell(self, cell: CellRef) -> CellRef:
        """Return the cell of the file that a cell of a joined sheet is."""
        return restore_cell(cell, self.joined.get(cell.sheet, ()))

    def _restore_repairs(self, finding: Finding) -> tuple[tuple[RepairStep, ...], ...]:
        return tuple(tuple(map(self._restore_step, repair)) for repair in finding.repairs)

    def _restore_step(self, step: RepairStep) -> RepairStep:
        return replace(step, cell=self._restore_cell(step.cell))

    def _restore_member(self, member: FindingMember) -> FindingMember:
        return replace(member, cell=self._restore_cell(member.cell))

    def _restore_text(self, text: str, joined_sheet: str, sheet: str) -> str:
        """Return a sentence with the places of the file; a place on another sheet than *sheet* names its sheet."""

        def restore_address(match: re.Match[str]) -> str:
            if parse_address(match[1]) is None:
                return match[0]
            return _name_place(self._restore_cell(CellRef(joined_sheet, match[1])), sheet)

        def restore_rows(match: re.Match[str]) -> str:
            return match[1] + re.sub(r"\d+", restore_row, match[2])

        def restore_row(match: re.Match[str]) -> str:
            cell = self._restore_cell(CellRef.from_position(joined_sheet, int(match[0]), 1))
            return str(cell.row) if cell.sheet == sheet else f"{cell.sheet}!{cell.row}"

        return _ROWS.sub(restore_rows, _ADDRESS.sub(restore_address, text))


def _name_place(cell: CellRef, sheet: str) -> str:
    if cell.sheet == sheet:
        return cell.address
    return f"{cell.sheet}!{cell.address}"
