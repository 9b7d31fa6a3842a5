"""Whether the figures of a submission still agree after a reduction (核减): the same rules are evaluated again.

A figure that is set lower takes its parts, balances, cumulative figures and details with it; those must be in the same
decision, or the filing would have sums that do not hold, and the next year would begin with the old figure.
"""

import json
from collections.abc import Container, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, Refusal, Severity
from checks.model.raw_workbook import CellKind, RawWorkbook
from checks.model.report import ReportedFigure, ValidationReport
from checks.parsing.text_normalisation import normalise_text
from checks.reporting.json_codec import decode_report
from flows.year.check_history import load_history
from flows.year.year_state import YearState
from review.county_state import CountyState
from review.decision_points import DecisionPoint
from review.event_replay import add_decision
from review.events import Event
from review.proposal import DecisionRefusal, cite_rule
from review.reductions import apply_reductions

MAX_CELLS_NAMED, MAX_FINDINGS_NAMED = 12, 3
Amounts = dict[tuple[str, str], str]


def load_reducible_amounts(state: YearState, county_state: CountyState, points: Iterable[DecisionPoint]) -> Amounts:
    """Return the amounts of the newest version that may be set lower, by sheet and cell.

    They are the figures of its rows, not of its totals, and those cells of *points* that lie in a table of plots.
    """
    newest = county_state.newest_version
    if newest is None or not newest.is_checked:
        return {}
    report = _load_report(state, newest.report_sha256)
    figures = filter(_is_part, report.figures)
    amounts = {(figure.sheet, figure.cell): figure.amount for figure in figures}
    plot_cells = [point.cell_address for point in points if point.cell_address is not None]
    plot_cells = [(sheet, cell) for sheet, cell in plot_cells if sheet and (sheet, cell) not in amounts]
    if plot_cells:
        amounts |= _read_plot_amounts(state, county_state, plot_cells)
    return amounts


def find_inconsistency(state: YearState, county_state: CountyState, event: Event) -> DecisionRefusal | None:
    """Return why a reduction cannot be carried through, naming the cells that must change too; None if it can."""
    newest = county_state.newest_version
    book = _read_book(state, county_state)
    if newest is None or book is None:
        return None
    as_sent = _load_report(state, newest.report_sha256)
    reviewed = apply_reductions(as_sent, add_decision(state.procedure, county_state, event))
    before, after = _map_amounts(as_sent), _map_amounts(reviewed)
    changes = {cell: amount for cell, amount in after.items() if before[cell] != amount}
    for reduction in add_decision(state.procedure, county_state, event).reductions:
        if reduction.sha256 == newest.sha256:
            changes[CellRef(reduction.sheet, reduction.cell)] = reduction.after
    total_cells = {CellRef(figure.sheet, figure.cell) for figure in as_sent.figures if not _is_part(figure)}
    findings = _find_new_findings(state, county_state, book, changes)
    rates = _compute_rates(state, findings, before)
    if rates:
        changes |= rates
        findings = _find_new_findings(state, county_state, book, changes)
    if not findings:
        return None
    facts = {
        "county": county_state.county,
        "reasons": "；".join(f"{finding.rule} {finding.message}" for finding in findings[:MAX_FINDINGS_NAMED]),
        "cells": "、".join(_list_cells_to_change(findings, total_cells | changes.keys())[:MAX_CELLS_NAMED]),
    }
    return cite_rule(state.procedure, DecisionRefusal("reduction_inconsistent", facts))


def _map_amounts(report: ValidationReport) -> dict[CellRef, str]:
    return {CellRef(figure.sheet, figure.cell): figure.amount for figure in report.figures}


def _find_new_findings(
    state: YearState, county_state: CountyState, book: RawWorkbook, changes: Mapping[CellRef, str]
) -> list[Finding]:
    """Return the hard and soft findings that the submission has with the changes and does not have without them.

    Soft ones say how figures relate, too. Those that only call a figure unlikely are left out: the reason of the
    reduction explains it.
    """
    from checks.diagnosis.hypothesis_testing import apply_corrections  # noqa: PLC0415 - imports polars, which is slow

    corrections = {cell: (amount, int(CellKind.NUMBER)) for cell, amount in changes.items()}
    known = set(map(_get_place, _evaluate(state, county_state, book)))
    findings = _evaluate(state, county_state, apply_corrections(book, corrections))
    return [finding for finding in findings if _get_place(finding) not in known]


def _get_place(finding: Finding) -> tuple[str, str, str | None]:
    """Return rule, sheet and cell of a finding."""
    return finding.rule, finding.sheet, finding.cell


def _evaluate(state: YearState, county_state: CountyState, book: RawWorkbook) -> list[Finding]:
    from checks.validation import validate_workbook  # noqa: PLC0415 - imports polars, which is slow

    history = load_history(state.get_check_inputs(county_state.county), state.paths.open_store())
    report = validate_workbook(book, state.library, state.messages, history=history)
    if isinstance(report, Refusal):
        return []
    unlikely = _list_rules_by_check(state, state.policy.likelihood_checks)
    return [finding for finding in report.findings if _is_relation(finding, unlikely)]


def _is_relation(finding: Finding, likelihood_rules: AbstractSet[str]) -> bool:
    if finding.trial or finding.severity is Severity.REPORT:
        return False
    return finding.severity is Severity.HARD or finding.rule not in likelihood_rules


def _compute_rates(state: YearState, findings: Iterable[Finding], figures: Container[CellRef]) -> dict[CellRef, str]:
    """Return the rates that no longer agree with the reduced figures, as they should be; a rate is no figure."""
    rate_rules = _list_rules_by_check(state, state.policy.rate_checks)
    rates: dict[CellRef, str] = {}
    for finding in findings:
        cell = CellRef(finding.sheet, finding.cell or "")
        if finding.rule in rate_rules and finding.cell and finding.expected and cell not in figures:
            rates[cell] = finding.expected
    return rates


def _list_rules_by_check(state: YearState, checks: Container[str]) -> set[str]:
    rules: set[str] = set()
    for form in state.library.compile_all_forms():
        rules.update(rule.id for rule in form.rules if rule.check in checks)
    return rules


def _is_part(figure: ReportedFigure) -> bool:
    """Return whether a figure is one of a row, which may be reduced; totals follow by themselves."""
    return bool(figure.township or figure.project)


def _list_cells_to_change(findings: Iterable[Finding], settled_cells: AbstractSet[CellRef]) -> list[str]:
    """Return the cells that would have to change as well: of a repair that keeps the reduction, or all."""
    cells: dict[str, None] = {}
    for finding in findings:
        repair = next((steps for steps in finding.repairs if all(step.cell not in settled_cells for step in steps)), ())
        for step in repair:
            cells[f"{step.cell.sheet}!{step.cell.address} {step.before}→{step.after}"] = None
        if not repair:
            for cell in finding.cells:
                if cell not in settled_cells:
                    cells[f"{cell.sheet}!{cell.address}（{finding.rule}）"] = None
    return list(cells)


def _read_plot_amounts(state: YearState, county_state: CountyState, cells: Iterable[tuple[str, str]]) -> Amounts:
    """Return the numbers in those cells that lie on the sheet of a table of plots."""
    book, names = _read_book(state, county_state), _list_plot_sheet_names(state, county_state.county)
    if book is None:
        return {}
    from checks.diagnosis.hypothesis_testing import get_cell_content  # noqa: PLC0415 - imports polars, which is slow

    amounts: Amounts = {}
    sheets = {sheet.name: sheet for sheet in book.sheets if normalise_text(sheet.name) in names}
    for sheet_name, address in cells:
        cell = CellRef(sheet_name, address)
        if sheet_name not in sheets or cell.row > sheets[sheet_name].text.height:
            continue
        if cell.column <= sheets[sheet_name].text.width:
            text, kind = get_cell_content(book, cell)
            if kind == CellKind.NUMBER and text:
                amounts[sheet_name, address] = text
    return amounts


def _list_plot_sheet_names(state: YearState, county: str) -> set[str]:
    package = state.library.find_package(county, state.paths.year)
    if package is None:
        return set()
    forms = state.library.compile_submission(package, state.paths.year).forms
    return {normalise_text(name) for form in forms if form.is_detail for name in form.sheet_names}


def _read_book(state: YearState, county_state: CountyState) -> RawWorkbook | None:
    """Return the newest version without its formulas, whose stored results are the figures that count."""
    from workbooks.reader.read_workbook import read_workbook  # noqa: PLC0415 - imports polars, which is slow

    book = read_workbook(state.paths.open_store().load_object(county_state.newest_sha256), state.messages)
    if isinstance(book, Refusal):
        return None
    return replace(book, sheets=tuple(replace(sheet, formulas={}) for sheet in book.sheets))


def _load_report(state: YearState, report_sha256: str) -> ValidationReport:
    return decode_report(json.loads(state.paths.open_store().load_object(report_sha256)))
