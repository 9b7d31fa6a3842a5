"""Reports as plain JSON values and back; the findings' shape is the promise of ``hesuan check --format json``."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from checks.model.cell_ref import CellRef
from checks.model.finding import Change, Explanation, Finding, Refusal, Severity, Spot
from checks.model.report import Figure, Report, Said
from checks.model.submission_identity import Identity
from checks.model.violation import NotRun


def refusal_to_json(refusal: Refusal) -> dict[str, str | None]:
    """Return a refusal as the promised object."""
    return {
        "code": refusal.code,
        "part": refusal.part,
        "sheet": refusal.sheet,
        "cell": refusal.cell,
        "message": refusal.message,
        "remedy": refusal.remedy,
    }


def refusal_from_json(raw: Mapping[str, Any]) -> Refusal:
    """Read a refusal back."""
    return Refusal(**raw)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the promised object; cells of another sheet are written ``sheet!A1``."""
    return {
        "rule": finding.rule,
        "severity": (Severity.REPORT if finding.trial else finding.severity).value,  # a rule on trial never blocks
        "sheet": finding.sheet,
        "cell": finding.cell,
        "cells": [_place(one, finding.sheet) for one in finding.cells],
        "value": finding.value,
        "expected": finding.expected,
        "difference": finding.difference,
        "message": finding.message,
        "remedy": finding.advice,
        "basis": finding.basis,
        "also": list(finding.also),
        "repairs": [
            [{"sheet": one.cell.sheet, "cell": one.cell.address, "from": one.before, "to": one.after} for one in repair]
            for repair in finding.repairs
        ],
    }


def report_to_json(report: Report) -> dict[str, Any]:
    """Return a whole report, to be kept as evidence."""
    return {
        "county": report.identity.county,
        "year": report.identity.year,
        "version": report.identity.version,
        "contracts": report.contracts,
        "outcome": report.outcome,
        "findings": [_kept(one) for one in report.findings],
        "not_run": [asdict(one) for one in report.not_run],
        "figures": [asdict(one) for one in report.figures],
        "said": [asdict(one) for one in report.said],
    }


def report_from_json(raw: Mapping[str, Any]) -> Report:
    """Read a report back."""
    return Report(
        identity=Identity(raw["county"], raw["year"], raw["version"]),
        contracts=raw["contracts"],
        findings=tuple(_finding(one) for one in raw["findings"]),
        not_run=tuple(NotRun(**one) for one in raw["not_run"]),
        figures=tuple(Figure(**one) for one in raw["figures"]),
        said=tuple(Said(**{**one, "spot": Spot(**one["spot"])}) for one in raw.get("said", ())),
    )


def _kept(finding: Finding) -> dict[str, Any]:
    """Return a finding with what the promise leaves out, so that nothing is lost between check and marking."""
    return {
        **finding_to_json(finding),
        "severity": finding.severity.value,
        "remedy": finding.remedy,
        "trial": finding.trial,
        "spot": asdict(finding.spot) if finding.spot else None,
        "explanation": asdict(finding.explanation) if finding.explanation else None,
    }


def _finding(raw: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=raw["rule"],
        severity=Severity(raw["severity"]),
        sheet=raw["sheet"],
        cell=raw["cell"],
        cells=tuple(_ref(one, raw["sheet"]) for one in raw["cells"]),
        value=raw["value"],
        expected=raw["expected"],
        difference=raw["difference"],
        message=raw["message"],
        remedy=raw["remedy"],
        basis=raw["basis"],
        also=tuple(raw["also"]),
        repairs=tuple(
            tuple(Change(CellRef(one["sheet"], one["cell"]), one["from"], one["to"]) for one in repair)
            for repair in raw["repairs"]
        ),
        trial=raw["trial"],
        spot=Spot(**raw["spot"]) if raw.get("spot") else None,
        explanation=Explanation(**raw["explanation"]) if raw.get("explanation") else None,
    )


def _place(cell: CellRef, sheet: str) -> str:
    return cell.address if cell.sheet == sheet else f"{cell.sheet}!{cell.address}"


def _ref(text: str, sheet: str) -> CellRef:
    other, _, address = text.rpartition("!")
    return CellRef(other or sheet, address)
