"""The filings that were undone or replaced: their workbooks and receipts stay in the outputs, marked as ended."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from filing.context.filing_context import COUNTY, Area, EndedNotice
from filing.context.links import build_county_workbook_path, build_ended_path, build_source_copy_path
from flows.outputs.planned_filing import (
    FILING_FOLDER,
    OWN_COPY,
    RECEIPT,
    LastEntries,
    PlannedFiling,
    get_receipt_path,
)
from flows.year.year_state import YearState, build_year_state
from review.county_state import CountyState, find_recorded_roster
from review.events import LedgerEntry
from review.filing_records import EndedFiling, list_ended_filings
from review.roster import DueCounty, Roster


def plan_ended_filings(
    state: YearState, roster: Roster, common_basis: Sequence[str], current_paths: set[str]
) -> Iterator[PlannedFiling]:
    """Yield the copy, the workbook and the receipt of every filing that is no longer in force.

    *current_paths* are the files of the filings in force: a version that was filed again has one copy of its file.
    """
    for due_county in roster.due_counties:
        county_state = state.county_states.get(due_county.code)
        if county_state is None:
            continue
        for ended in list_ended_filings(county_state.filings):
            for planned_filing in _plan_files(state, due_county, county_state, ended, common_basis):
                if planned_filing.path not in current_paths:
                    current_paths.add(planned_filing.path)
                    yield planned_filing


def _plan_files(
    state: YearState,
    due_county: DueCounty,
    county_state: CountyState,
    ended: EndedFiling,
    common_basis: Sequence[str],
) -> Iterator[PlannedFiling]:
    year, code, record = state.paths.year, due_county.code, ended.record
    version = next(version for version in county_state.versions if version.sha256 == record.sha256)
    last_entry = LastEntries.collect(list_entries_before(state, ended), state.procedure).find({code})
    ending_entry = _find_entry(state, ended.ended_sequence)
    basis_parts = [last_entry.digest, ending_entry.digest, *common_basis]
    basis = hashlib.sha256("\n".join(basis_parts).encode()).hexdigest()
    paths = {
        COUNTY: FILING_FOLDER + build_county_workbook_path(code, year),
        RECEIPT: get_receipt_path(code, year),
    }
    common = PlannedFiling(
        kind=OWN_COPY,
        area=Area(COUNTY, code, due_county.name),
        path=FILING_FOLDER + build_source_copy_path(code, year, version.number, version.name),
        basis=version.sha256,
        head=last_entry.digest,
        as_of=last_entry.at,
        ended=ended,
    )
    yield common
    mark = state.messages(f"filing.ended.{ended.end}")
    for kind, path in paths.items():
        yield replace(common, kind=kind, path=build_ended_path(path, record.number, mark), basis=basis)


def list_entries_before(state: YearState, ended: EndedFiling) -> list[LedgerEntry]:
    """Return the entries of the year up to the end of a filing."""
    return [entry for entry in state.history if entry.sequence < ended.ended_sequence]


def restore_year_state(state: YearState, roster: Roster, ended: EndedFiling) -> tuple[YearState, Roster]:
    """Return the year as it was just before a filing ended, and the roster of that time."""
    history = list_entries_before(state, ended)
    past_roster = find_recorded_roster(history) or roster
    past_state = build_year_state(state.paths, past_roster, history)
    return replace(past_state, earlier_by_year=state.earlier_by_year), past_roster


def build_ended_notice(state: YearState, ended: EndedFiling) -> EndedNotice:
    """Return what a workbook says of its end: how, when, and by which document and which ledger entry."""
    entry = _find_entry(state, ended.ended_sequence)
    facts = entry.event.facts
    return EndedNotice(
        end=ended.end,
        filing_number=ended.record.number,
        day=str(facts.get("date", "")),
        document_number=str(facts.get("number", "")),
        sequence=entry.sequence,
    )


def _find_entry(state: YearState, sequence: int) -> LedgerEntry:
    return next(entry for entry in state.history if entry.sequence == sequence)
