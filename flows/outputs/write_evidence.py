"""The evidence on the roll-ups: made when the filed figures change, stored, and shown as a page and as a sheet."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from contracts.rollups import Expectation, RollUpTable
from filing.context.accounts import collect_filing_figures
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.rollup_evidence import (
    EvidenceLine,
    build_evidence_line,
    build_evidence_page,
    decode_evidence,
    encode_evidence,
)
from filing.filing_books import build_summed_sheets
from filing.html_pages import render_evidence_page
from filing.sheets.comparison_checks import build_comparison_tables
from filing.sheets.evidence_tables.filed_figures import FiledSheets, build_filed_figure_rows
from filing.sheets.rollup_checks import RollUpTableRow, build_rollup_tables
from flows.outputs.filed_reports import load_sent_report, reduce_report
from flows.outputs.filings_due import list_excused_codes, list_filed_counties, list_unfiled_states
from flows.year.earlier_filings import select_past_filings
from flows.year.issued_outputs import build_output_event, is_current, write_output
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from review.county_state import CountyState, restore_filed_state
from review.roster import DueCounty, Roster

EVIDENCE_FACT = "evidence"


def get_evidence_path(roster: Roster) -> str:
    """Return the path of the page, relative to the year's outputs."""
    return f"evidence/{roster.province[0]}-{roster.year}-汇总核验.html"


def is_evidence_due(state: YearState, roster: Roster) -> bool:
    """Return whether the evidence must be made: something is filed, and the page is missing or out of date."""
    if not state.has_filings:
        return False
    return not is_current(state, get_evidence_path(roster), _compute_basis(state, roster))


def write_evidence(state: YearState, roster: Roster) -> JobOutcome:
    """Check the roll-ups against their expectations and write the page; return an empty outcome if it is current."""
    tables = state.library.get_rollup_tables(state.procedure.id)
    if not tables or not is_evidence_due(state, roster):
        return JobOutcome()
    lines = _evaluate_expectations(state, roster, tables)
    encoded_lines = json.dumps(encode_evidence(lines), ensure_ascii=False).encode()
    evidence_name = state.paths.open_store().store_object(encoded_lines)
    path, title = get_evidence_path(roster), get_evidence_title(state, roster)
    data = render_evidence_page(build_evidence_page(lines, title, state.messages), state.messages)
    event = build_output_event(state.paths, path, data, basis=_compute_basis(state, roster))
    failed_count = sum(not line.holds for line in lines)
    counts = {"expectations": len(lines), "failed": failed_count}
    event = replace(event, facts={**event.facts, EVIDENCE_FACT: evidence_name, **counts})
    key = f"issued:{path}:{event.facts['basis']}:after {len(state.history)}"
    progress = ProgressLine("evidence", {"path": path, "count": str(len(lines)), "failed": str(failed_count)})
    return JobOutcome(((event, key),), (progress,), (write_output(state.paths, path, data),))


def load_recorded_evidence(state: YearState, roster: Roster) -> tuple[EvidenceLine, ...]:
    """Return the newest evidence on record, for the filing workbook; empty before anything was filed."""
    event = state.issued_outputs.get(get_evidence_path(roster))
    if event is None or EVIDENCE_FACT not in event.facts:
        return ()
    return decode_evidence(json.loads(state.paths.open_store().load_object(str(event.facts[EVIDENCE_FACT]))))


def write_data_docs(state: YearState, roster: Roster, folder: Path) -> bool:
    """Write the Data Docs of Great Expectations into *folder*; return False if there is nothing to validate."""
    tables = state.library.get_rollup_tables(state.procedure.id)
    if not tables or not state.has_filings:
        return False
    from flows.outputs.gx_validation import validate_rollups  # noqa: PLC0415 - as below

    folder.mkdir(parents=True, exist_ok=True)
    validate_rollups(_fill_tables(state, roster, tables), docs=folder)
    return True


def get_evidence_title(state: YearState, roster: Roster) -> str:
    """Return the title of page and sheet."""
    return state.messages("evidence.title", province=roster.province[1], year=roster.year)


def _evaluate_expectations(state: YearState, roster: Roster, tables: tuple[RollUpTable, ...]) -> list[EvidenceLine]:
    # Imported here because Great Expectations takes ten seconds to import, and is needed only after a new filing.
    from flows.outputs.gx_validation import validate_rollups  # noqa: PLC0415

    filled_tables = _fill_tables(state, roster, tables)
    results = validate_rollups(filled_tables)
    lines: list[EvidenceLine] = []
    for table, _ in filled_tables:
        lines += [
            build_evidence_line(table, expectation, results[expectation.id], state.messages)
            for expectation in table.expectations
        ]
    return lines


def _fill_tables(
    state: YearState, roster: Roster, tables: tuple[RollUpTable, ...]
) -> list[tuple[RollUpTable, list[RollUpTableRow]]]:
    """Return the tables with their rows, and with only those expectations that are in force in the province."""
    province = roster.province[0][:2]
    context, reports_as_sent = _build_filing_context(state, roster)
    figures = collect_filing_figures(context, state.messages)
    detail, rollup_sheet = build_summed_sheets(context, figures, state.messages)
    sheets = FiledSheets(detail=detail, rollup=rollup_sheet, reports_as_sent=reports_as_sent)
    rows_by_table = build_rollup_tables(context, rollup_sheet, reports_as_sent, state.messages)
    rows_by_table["filed_figures"] = list(build_filed_figure_rows(context, figures, sheets, state.messages))
    rows_by_table |= build_comparison_tables(context, figures, state.messages)
    filled_tables = []
    for table in tables:
        table_in_force = _filter_expectations(table, province)
        if table_in_force.expectations:
            filled_tables.append((table_in_force, rows_by_table[table.name]))
    return filled_tables


def _filter_expectations(table: RollUpTable, province: str) -> RollUpTable:
    expectations = tuple(expectation for expectation in table.expectations if _is_in_force(expectation, province))
    return replace(table, expectations=expectations)


def _is_in_force(expectation: Expectation, province: str) -> bool:
    return not expectation.provinces or province in expectation.provinces


def _build_filing_context(state: YearState, roster: Roster) -> tuple[FilingContext, dict[str, ValidationReport]]:
    """Return the context of the province's roll-up, and the report of each filed county as it was sent."""
    reports_as_sent: dict[str, ValidationReport] = {}
    included_counties = []
    for due_county, filed_state in list_filed_counties(state, roster):
        report = load_sent_report(state, filed_state)
        reports_as_sent[due_county.code] = report
        included_counties.append(_build_included_county(state, due_county, filed_state, report))
    context = FilingContext(
        roster=roster,
        procedure=state.procedure,
        included_counties=tuple(included_counties),
        pending_counties=list_unfiled_states(state, roster),
        excused_codes=list_excused_codes(state, roster),
        layout=state.library.get_filing_layout(),
        contracts_version=state.contracts_version,
        ledger_head="",
        # Printed below the roll-up; no expectation depends on it.
        as_of=state.history[-1].at,
    )
    return context, reports_as_sent


def _build_included_county(
    state: YearState, due_county: DueCounty, county_state: CountyState, report: ValidationReport
) -> IncludedCounty:
    plan = state.library.find_plan(due_county.code, state.paths.year)
    past_filings = select_past_filings(state.earlier_by_year, due_county.code, plan)
    store = state.paths.open_store()
    return IncludedCounty(
        due_county=due_county,
        county_state=county_state,
        report=reduce_report(report, county_state),
        plan=plan,
        past_reports={year: _load_report(store, filing.report) for year, filing in past_filings.items()},
    )


def _load_report(store: ObjectStore, report_sha256: str) -> ValidationReport:
    return decode_report(json.loads(store.load_object(report_sha256)))


def _compute_basis(state: YearState, roster: Roster) -> str:
    """Return the digest of what the evidence rests on.

    That are the contracts, the cities and due counties, the filed reports of this and earlier years, the reductions,
    and the excused counties.
    """
    parts: list[object] = [state.contracts_version, list(roster.due_codes)]
    parts.append(sorted(roster.cities.items()))
    parts += [_list_basis_parts(state, due_county.code) for due_county in roster.due_counties]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _list_basis_parts(state: YearState, county: str) -> list[object]:
    """Return a county's code, filed report, reductions, whether it is excused, and its reports of earlier years."""
    report_sha256 = ""
    reductions: list[list[str]] = []
    filed_state = restore_filed_state(state.procedure, state.county_states[county])
    if filed_state is not None:
        reductions = [
            [reduction.sheet, reduction.cell, reduction.after, reduction.reason] for reduction in filed_state.reductions
        ]
        if filed_state.newest_version is not None:
            report_sha256 = filed_state.newest_version.report_sha256
    is_excused = state.county_states[county].state in state.procedure.excused_states
    return [county, report_sha256, reductions, is_excused, _list_past_reports(state, county)]


def _list_past_reports(state: YearState, county: str) -> list[list[object]]:
    past_filings = select_past_filings(state.earlier_by_year, county, None)
    return [[year, filing.report] for year, filing in sorted(past_filings.items())]
