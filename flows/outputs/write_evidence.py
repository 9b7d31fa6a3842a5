"""The evidence on the roll-ups: made when what is filed changes, kept with the record, shown as a page and a sheet."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from contracts.rollups import RollUpTable
from filing.context.accounts import collect_filing_figures
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.rollup_evidence import (
    EvidenceLine,
    build_evidence_line,
    build_evidence_page,
    decode_evidence,
    encode_evidence,
)
from filing.html_pages import render_evidence_page
from filing.sheets.rollup import build_rollup_sheet
from filing.sheets.rollup_checks import RollUpTableRow, build_rollup_tables
from filing.sheets.township_detail import build_township_detail
from flows.year.issued_outputs import build_output_event, is_current, write_output
from flows.year.jobs import JobOutcome
from flows.year.jobs import ProgressLine as Told
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from review.county_state import CountyState, restore_filed_state
from review.reductions import apply_reductions
from review.roster import DueCounty, Roster

EVIDENCE_FACT = "evidence"


def get_evidence_path(roster: Roster) -> str:
    """Return where the page goes, relative to the year's outputs."""
    return f"evidence/{roster.province[0]}-{roster.year}-汇总核验.html"


def is_evidence_due(state: YearState, roster: Roster) -> bool:
    """Tell whether the evidence is to be made: something is filed, and the page does not show what is."""
    return any(one.filed_sha256s for one in state.county_states.values()) and not is_current(
        state, get_evidence_path(roster), _compute_basis(state, roster)
    )


def write_evidence(state: YearState, roster: Roster) -> JobOutcome:
    """Hold the roll-ups against their expectations and write the page; nothing where it is current."""
    tables = state.library.get_rollup_tables(state.procedure.id)
    if not tables or not is_evidence_due(state, roster):
        return JobOutcome()
    proofs = _evaluate_expectations(state, roster, tables)
    kept = state.paths.open_store().store_object(json.dumps(encode_evidence(proofs), ensure_ascii=False).encode())
    path, title = get_evidence_path(roster), get_evidence_title(state, roster)
    data = render_evidence_page(build_evidence_page(proofs, title, state.messages))
    event = build_output_event(state.paths, path, data, basis=_compute_basis(state, roster))
    failed = sum(not one.holds for one in proofs)
    event = replace(event, facts={**event.facts, EVIDENCE_FACT: kept, "expectations": len(proofs), "failed": failed})
    key = f"issued:{path}:{event.facts['basis']}:after {len(state.history)}"
    told = Told("evidence", {"path": path, "count": str(len(proofs)), "failed": str(failed)})
    return JobOutcome(((event, key),), (told,), (write_output(state.paths, path, data),))


def load_recorded_evidence(state: YearState, roster: Roster) -> tuple[EvidenceLine, ...]:
    """Return the newest evidence on record, for the filing workbook; none before anything was filed."""
    issued = state.issued_outputs.get(get_evidence_path(roster))
    if issued is None or EVIDENCE_FACT not in issued.facts:
        return ()
    return decode_evidence(json.loads(state.paths.open_store().load_object(str(issued.facts[EVIDENCE_FACT]))))


def write_data_docs(state: YearState, roster: Roster, folder: Path) -> bool:
    """Write the engine's own pages of the same expectations; return whether there was anything to hold."""
    tables = state.library.get_rollup_tables(state.procedure.id)
    if not tables or not any(one.filed_sha256s for one in state.county_states.values()):
        return False
    from flows.outputs.gx_validation import validate_rollups  # noqa: PLC0415 - as below

    folder.mkdir(parents=True, exist_ok=True)
    validate_rollups(_fill_tables(state, roster, tables), docs=folder)
    return True


def get_evidence_title(state: YearState, roster: Roster) -> str:
    """Return the title of page and sheet."""
    return state.messages("evidence.title", province=roster.province[1], year=roster.year)


def _evaluate_expectations(state: YearState, roster: Roster, tables: tuple[RollUpTable, ...]) -> list[EvidenceLine]:
    # Imported here: the engine of expectations costs ten seconds, and only where something new is filed.
    from flows.outputs.gx_validation import validate_rollups  # noqa: PLC0415

    filled = _fill_tables(state, roster, tables)
    held = validate_rollups(filled)
    return [
        build_evidence_line(table, one, held[one.id], state.messages)
        for table, _ in filled
        for one in table.expectations
    ]


def _fill_tables(
    state: YearState, roster: Roster, tables: tuple[RollUpTable, ...]
) -> list[tuple[RollUpTable, list[RollUpTableRow]]]:
    """Return the tables with their rows, each with the expectations in force in the province."""
    province = roster.province[0][:2]
    whole, reported = _build_filing_context(state, roster)
    accounts = collect_filing_figures(whole, state.messages)
    printed = build_rollup_sheet(
        whole, accounts, build_township_detail(whole, accounts, state.messages), state.messages
    )
    rows = build_rollup_tables(whole, printed, reported, state.messages)
    return [(_filter_expectations(one, province), rows[one.name]) for one in tables]


def _filter_expectations(table: RollUpTable, province: str) -> RollUpTable:
    return replace(
        table, expectations=tuple(one for one in table.expectations if province in (one.provinces or (province,)))
    )


def _build_filing_context(state: YearState, roster: Roster) -> tuple[FilingContext, dict[str, ValidationReport]]:
    store = state.paths.open_store()
    everybody = [(due, state.county_states[due.code]) for due in roster.due_counties]
    filed = [(due, found) for due, at in everybody if (found := restore_filed_state(state.procedure, at)) is not None]
    reported = {due.code: _load_filed_report(store, at) for due, at in filed}
    whole = FilingContext(
        roster=roster,
        procedure=state.procedure,
        included_counties=tuple(_build_counted_county(state, due, at, reported[due.code]) for due, at in filed),
        pending_counties=tuple(at for _, at in everybody if not at.filed_sha256s),
        excused_codes=frozenset(due.code for due, at in everybody if at.state in state.procedure.excused_states),
        contracts_version=state.contracts_version,
        ledger_head="",
        as_of=state.history[-1].at,  # printed below the roll-up, held against nothing
    )
    return whole, reported


def _build_counted_county(
    state: YearState, due_county: DueCounty, county_state: CountyState, report: ValidationReport
) -> IncludedCounty:
    package = state.library.find_package(due_county.code, state.paths.year)
    plan = state.library.get_plan(package.plan) if package and package.plan else None
    return IncludedCounty(
        due_county=due_county, county_state=county_state, report=apply_reductions(report, county_state), plan=plan
    )


def _load_filed_report(store: ObjectStore, county_state: CountyState) -> ValidationReport:
    newest = county_state.newest_version
    if newest is None:
        raise RuntimeError(f"{county_state.county} is filed without a version")
    return decode_report(json.loads(store.load_object(newest.report_sha256)))


def _compute_basis(state: YearState, roster: Roster) -> str:
    """What is filed, lowered and excused, and the contracts: anything else leaves the evidence as it is."""
    parts: list[object] = [state.contracts_version, [one.code for one in roster.due_counties]]
    for due in roster.due_counties:
        found = restore_filed_state(state.procedure, state.county_states[due.code])
        newest = found.newest_version if found else None
        lowered = [[one.sheet, one.cell, one.after, one.reason] for one in found.reductions] if found else []
        excused = state.county_states[due.code].state in state.procedure.excused_states
        parts.append([due.code, newest.report_sha256 if newest else "", lowered, excused])
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
