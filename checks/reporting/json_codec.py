"""Reports as plain JSON values and back; the findings' shape is the promise of ``hesuan check --format json``."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from checks.model.cell_ref import CellRef
from checks.model.finding import Explanation, Finding, LogicalLocation, Refusal, RepairStep, Severity
from checks.model.report import CountyExplanation, ReportedFigure, ValidationReport
from checks.model.submission_identity import SubmissionIdentity
from checks.model.violation import SkippedRule


def encode_refusal(refusal: Refusal) -> dict[str, str | None]:
    """Return a refusal as the promised object."""
    return {
        "code": refusal.code,
        "part": refusal.part,
        "sheet": refusal.sheet,
        "cell": refusal.cell,
        "message": refusal.message,
        "remedy": refusal.remedy,
    }


def decode_refusal(raw: Mapping[str, Any]) -> Refusal:
    """Read a refusal back."""
    return Refusal(**raw)


def encode_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as the promised object; cells of another sheet are written ``sheet!A1``."""
    return {
        "rule": finding.rule,
        "severity": (Severity.REPORT if finding.trial else finding.severity).value,  # a rule on trial never blocks
        "sheet": finding.sheet,
        "cell": finding.cell,
        "cells": [_format_cell(one, finding.sheet) for one in finding.cells],
        "value": finding.value,
        "expected": finding.expected,
        "difference": finding.difference,
        "message": finding.message,
        "remedy": finding.get_full_remedy,
        "basis": finding.basis,
        "also": list(finding.related_rules),
        "repairs": [
            [{"sheet": one.cell.sheet, "cell": one.cell.address, "from": one.before, "to": one.after} for one in repair]
            for repair in finding.repairs
        ],
    }


def encode_report(report: ValidationReport) -> dict[str, Any]:
    """Return a whole report, to be kept as evidence."""
    return {
        "county": report.identity.county,
        "year": report.identity.year,
        "version": report.identity.version,
        "contracts": report.contracts_version,
        "outcome": report.outcome,
        "findings": [_encode_full_finding(one) for one in report.findings],
        "not_run": [asdict(one) for one in report.not_run],
        "figures": [asdict(one) for one in report.figures],
        "said": [asdict(one) for one in report.explanations],
    }


def decode_report(raw: Mapping[str, Any]) -> ValidationReport:
    """Read a report back."""
    return ValidationReport(
        identity=SubmissionIdentity(raw["county"], raw["year"], raw["version"]),
        contracts_version=raw["contracts"],
        findings=tuple(_decode_finding(one) for one in raw["findings"]),
        not_run=tuple(SkippedRule(**one) for one in raw["not_run"]),
        figures=tuple(ReportedFigure(**one) for one in raw["figures"]),
        explanations=tuple(
            CountyExplanation(**{**one, "spot": LogicalLocation(**one["spot"])}) for one in raw.get("said", ())
        ),
    )


def _encode_full_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding with what the promise leaves out, so that nothing is lost between check and marking."""
    return {
        **encode_finding(finding),
        "severity": finding.severity.value,
        "remedy": finding.remedy,
        "trial": finding.trial,
        "spot": asdict(finding.logical_location) if finding.logical_location else None,
        "explanation": asdict(finding.explanation) if finding.explanation else None,
    }


def _decode_finding(raw: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=raw["rule"],
        severity=Severity(raw["severity"]),
        sheet=raw["sheet"],
        cell=raw["cell"],
        cells=tuple(_parse_cell(one, raw["sheet"]) for one in raw["cells"]),
        value=raw["value"],
        expected=raw["expected"],
        difference=raw["difference"],
        message=raw["message"],
        remedy=raw["remedy"],
        basis=raw["basis"],
        related_rules=tuple(raw["also"]),
        repairs=tuple(
            tuple(RepairStep(CellRef(one["sheet"], one["cell"]), one["from"], one["to"]) for one in repair)
            for repair in raw["repairs"]
        ),
        trial=raw["trial"],
        logical_location=LogicalLocation(**raw["spot"]) if raw.get("spot") else None,
        explanation=Explanation(**raw["explanation"]) if raw.get("explanation") else None,
    )


def _format_cell(cell: CellRef, sheet: str) -> str:
    return cell.address if cell.sheet == sheet else f"{cell.sheet}!{cell.address}"


def _parse_cell(text: str, sheet: str) -> CellRef:
    other, _, address = text.rpartition("!")
    return CellRef(other or sheet, address)
