"""Encode reports as plain JSON values and decode them.

The shape of a finding is the public format of ``hesuan check --format json``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from checks.model.cell_ref import CellRef
from checks.model.finding import (
    ExplainedCell,
    Explanation,
    Finding,
    FindingMember,
    LogicalLocation,
    Refusal,
    RepairStep,
    RowPlace,
    Severity,
)
from checks.model.report import CountyExplanation, CoverField, ReportedFigure, ValidationReport
from checks.model.submission_identity import SubmissionIdentity
from checks.model.violation import SkippedRule


def encode_refusal(refusal: Refusal) -> dict[str, str | None]:
    """Return a refusal in the public format."""
    return {
        "code": refusal.code,
        "part": refusal.part,
        "sheet": refusal.sheet,
        "cell": refusal.cell,
        "message": refusal.message,
        "remedy": refusal.remedy,
    }


def decode_refusal(raw: Mapping[str, Any]) -> Refusal:
    """Return the refusal that `encode_refusal` encoded."""
    return Refusal(**raw)


def encode_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding in the public format; cells of another sheet are written ``sheet!A1``."""
    severity = finding.severity
    # A trial rule never blocks.
    if finding.trial:
        severity = Severity.REPORT
    return {
        "rule": finding.rule,
        "severity": severity.value,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "cells": [_format_cell(cell, finding.sheet) for cell in finding.cells],
        "value": finding.value,
        "expected": finding.expected,
        "difference": finding.difference,
        "message": finding.message,
        "remedy": finding.full_remedy,
        "basis": finding.basis,
        "also": list(finding.related_rules),
        "repairs": [list(map(_encode_step, repair)) for repair in finding.repairs],
        "place": asdict(finding.place),
        "count": finding.member_count or 1,
        "members": [_encode_member(member) for member in finding.members],
    }


def _encode_member(member: FindingMember) -> dict[str, str]:
    return {"cell": member.cell.address, "value": member.value, **asdict(member.place)}


def encode_report(report: ValidationReport) -> dict[str, Any]:
    """Return a whole report in the format in which it is stored as evidence."""
    return {
        "county": report.identity.county,
        "year": report.identity.year,
        "version": report.identity.version,
        "contracts": report.contracts_version,
        "outcome": report.outcome,
        "findings": list(map(_encode_full_finding, report.findings)),
        "not_run": list(map(asdict, report.not_run)),
        "figures": list(map(asdict, report.figures)),
        "said": list(map(asdict, report.explanations)),
        "cover": list(map(asdict, report.cover)),
    }


def decode_report(raw: Mapping[str, Any]) -> ValidationReport:
    """Return the report that `encode_report` encoded, without its plots."""
    return ValidationReport(
        identity=SubmissionIdentity(raw["county"], raw["year"], raw["version"]),
        contracts_version=raw["contracts"],
        findings=tuple(map(_decode_finding, raw["findings"])),
        not_run=tuple(SkippedRule(**skipped_rule) for skipped_rule in raw["not_run"]),
        figures=tuple(ReportedFigure(**figure) for figure in raw["figures"]),
        explanations=tuple(map(_decode_county_explanation, raw.get("said", ()))),
        cover=tuple(CoverField(**field) for field in raw.get("cover", ())),
    )


def _encode_full_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding with the fields that the public format leaves out, so that it can be decoded completely."""
    location = explanation = None
    if finding.logical_location:
        location = asdict(finding.logical_location)
    if finding.explanation:
        explanation = asdict(finding.explanation)
    return {
        **encode_finding(finding),
        "severity": finding.severity.value,
        "remedy": finding.remedy,
        "trial": finding.trial,
        "spot": location,
        "explanation": explanation,
        "members": list(map(_encode_full_member, finding.members)),
        "rests_on": [[_format_cell(item.cell, finding.sheet), item.digest] for item in finding.explained_cells],
        "rule_digest": finding.rule_digest,
        "last_year": finding.last_year,
    }


def _encode_full_member(member: FindingMember) -> dict[str, Any]:
    location = None
    if member.logical_location:
        location = asdict(member.logical_location)
    return {**_encode_member(member), "spot": location}


def _encode_step(step: RepairStep) -> dict[str, str]:
    return {"sheet": step.cell.sheet, "cell": step.cell.address, "from": step.before, "to": step.after}


def _decode_finding(raw: Mapping[str, Any]) -> Finding:
    location = explanation = None
    if raw.get("spot"):
        location = LogicalLocation(**raw["spot"])
    if raw.get("explanation"):
        explanation = Explanation(**raw["explanation"])
    return Finding(
        rule=raw["rule"],
        severity=Severity(raw["severity"]),
        sheet=raw["sheet"],
        cell=raw["cell"],
        cells=tuple(_parse_cell(cell, raw["sheet"]) for cell in raw["cells"]),
        value=raw["value"],
        expected=raw["expected"],
        difference=raw["difference"],
        message=raw["message"],
        remedy=raw["remedy"],
        basis=raw["basis"],
        related_rules=tuple(raw["also"]),
        repairs=tuple(map(_decode_repair, raw["repairs"])),
        trial=raw["trial"],
        logical_location=location,
        explanation=explanation,
        members=tuple(_decode_member(member, raw["sheet"]) for member in raw.get("members", ())),
        member_count=raw.get("count", 1) if raw.get("members") else 0,
        place=RowPlace(**raw.get("place", {})),
        explained_cells=tuple(
            ExplainedCell(_parse_cell(cell, raw["sheet"]), digest) for cell, digest in raw.get("rests_on", ())
        ),
        rule_digest=raw.get("rule_digest", ""),
        last_year=raw.get("last_year", ""),
    )


def _decode_member(raw: Mapping[str, Any], sheet: str) -> FindingMember:
    location = None
    if raw["spot"]:
        location = LogicalLocation(**raw["spot"])
    place = RowPlace(raw["township"], raw["project"], raw["plot"])
    return FindingMember(cell=CellRef(sheet, raw["cell"]), value=raw["value"], logical_location=location, place=place)


def _decode_repair(raw: Iterable[Mapping[str, str]]) -> tuple[RepairStep, ...]:
    return tuple(RepairStep(CellRef(step["sheet"], step["cell"]), step["from"], step["to"]) for step in raw)


def _decode_county_explanation(raw: Mapping[str, Any]) -> CountyExplanation:
    lists = {name: tuple(raw.get(name, ())) for name in ("members", "cell_digests")}
    return CountyExplanation(**{**raw, "spot": LogicalLocation(**raw["spot"]), **lists})


def _format_cell(cell: CellRef, sheet: str) -> str:
    if cell.sheet == sheet:
        return cell.address
    return f"{cell.sheet}!{cell.address}"


def _parse_cell(text: str, sheet: str) -> CellRef:
    other_sheet, _, address = text.rpartition("!")
    return CellRef(other_sheet or sheet, address)
