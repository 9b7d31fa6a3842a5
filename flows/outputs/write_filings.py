"""Writes the filings from the record and the stored reports."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from contracts.form_model import Form
from filing.book.canonical_book import collect_canonical_values
from filing.book.workbook_model import FilingBook
from filing.context.filing_context import CITY, COUNTY, PROVINCE, FilingContext, IncludedCounty, Receipt
from filing.context.links import build_source_copy_path
from filing.context.rollup_evidence import EvidenceLine
from filing.filing_books import build_city_book, build_county_book, build_province_book, build_receipt_book
from flows.outputs.ended_filings import build_ended_notice, restore_year_state
from flows.outputs.filed_reports import load_sent_report, reduce_report
from flows.outputs.filings_due import (
    find_contracts_version,
    list_excused_codes,
    list_filed_counties,
    list_reviewed_counties,
    list_unfiled_states,
)
from flows.outputs.planned_filing import OWN_COPY, RECEIPT, PlannedFiling
from flows.outputs.write_evidence import load_recorded_evidence
from flows.year.earlier_filings import (
    VersionKey,
    find_outdated_years,
    get_version_key,
    index_check_entries,
    index_filing_entries,
    select_past_filings,
)
from flows.year.issued_outputs import build_output_event, write_output
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from ledger.signing_key import Signer
from review.county_state import CountyState, SubmissionVersion
from review.events import LedgerEntry
from review.filing_records import find_record_in_force
from review.rollup_seals import find_seals
from review.roster import DueCounty, Roster
from workbooks.writer.write_book import write_presented_book

BOOK_BUILDERS = {
    PROVINCE: build_province_book,
    CITY: build_city_book,
    COUNTY: build_county_book,
    RECEIPT: build_receipt_book,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingWriter:
    """Writes the filings of a year; what was read or compiled for one is kept for the next."""

    state: YearState
    roster: Roster
    filing_entries: Mapping[VersionKey, LedgerEntry]
    check_entries: Mapping[VersionKey, int]
    _counties_by_code: dict[str, IncludedCounty] = field(default_factory=dict)
    _forms_by_package: dict[str, tuple[Form, ...]] = field(default_factory=dict)

    @classmethod
    def create(cls, state: YearState, roster: Roster) -> "FilingWriter":
        """Return a writer for a state of the year, whose history is read here once for all counties."""
        return cls(
            state=state,
            roster=roster,
            filing_entries=index_filing_entries(state.procedure, state.history),
            check_entries=index_check_entries(state.history),
        )

    def write_filing(self, planned_filing: PlannedFiling) -> JobOutcome:
        """Write one file of the filing."""
        paths, store = self.state.paths, self.state.paths.open_store()
        path, basis = planned_filing.path, planned_filing.basis
        value_facts: dict[str, str] = {}
        if planned_filing.kind == OWN_COPY:
            data = store.load_object(basis)
        else:
            book = self.build_book(planned_filing, store)
            presented = write_presented_book(book)
            data = presented.data
            content = {"around": presented.presentation, "values": collect_canonical_values(book)}
            stored_content = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
            value_facts["values"] = store.store_object(stored_content)
        event = build_output_event(paths, path, data, basis=basis)
        event = replace(event, facts={**event.facts, **value_facts})
        key = f"issued:{path}:{basis}:after {len(self.state.history)}"
        lines: tuple[ProgressLine, ...] = ()
        if planned_filing.kind == PROVINCE:
            lines = (ProgressLine("filed", {"path": path}),)
        return JobOutcome(((event, key),), lines, (write_output(paths, path, data),))

    def build_book(self, planned_filing: PlannedFiling, store: ObjectStore) -> FilingBook:
        """Return one of the workbooks as values; that of an ended filing is as it was filed, with a note of the end."""
        if planned_filing.ended is None:
            context = self.build_filing_context(planned_filing, store)
        else:
            past_writer = FilingWriter.create(*restore_year_state(self.state, self.roster, planned_filing.ended))
            context = replace(
                past_writer.build_filing_context(planned_filing, store),
                ended=build_ended_notice(self.state, planned_filing.ended),
            )
        return BOOK_BUILDERS[planned_filing.kind](context, self.state.messages)

    def build_filing_context(self, planned_filing: PlannedFiling, store: ObjectStore) -> FilingContext:
        """Return the context of a filing: of the whole province, or restricted to its city or county."""
        state, roster, codes = self.state, self.roster, self._list_county_codes(planned_filing)
        counties = [
            (due_county, county_state)
            for due_county, county_state in self._list_counties(planned_filing.kind)
            if due_county.code in codes
        ]
        context = FilingContext(
            roster=roster,
            procedure=state.procedure,
            included_counties=tuple(self._get_counties(store, counties)),
            pending_counties=list_unfiled_states(state, roster),
            excused_codes=list_excused_codes(state, roster),
            contracts_version=find_contracts_version(state, counties, codes),
            ledger_head=planned_filing.head,
            as_of=planned_filing.as_of,
            key_fingerprint=Signer(state.paths.key_folder).public_key.fingerprint,
            layout=state.library.get_filing_layout(),
            evidence=self._load_evidence(planned_filing.kind),
            seals=find_seals(state.procedure, state.history),
            roster_gaps=state.roster_gaps,
        )
        if planned_filing.kind == PROVINCE:
            return context
        return context.restrict_to(planned_filing.area, ledger_head=planned_filing.head, as_of=planned_filing.as_of)

    def _list_county_codes(self, planned_filing: PlannedFiling) -> set[str]:
        """Return the codes of the due counties in the area of a filing."""
        if planned_filing.kind == PROVINCE:
            return {county.code for county in self.roster.due_counties}
        area = planned_filing.area.code
        return {county.code for county in self.roster.due_counties if area in (county.code, county.city)}

    def _list_counties(self, kind: str) -> list[tuple[DueCounty, CountyState]]:
        if kind == CITY:
            return list_reviewed_counties(self.state, self.roster)
        return list_filed_counties(self.state, self.roster)

    def _load_evidence(self, kind: str) -> tuple[EvidenceLine, ...]:
        """Return the recorded evidence for the province's filing; other filings show none."""
        if kind != PROVINCE:
            return ()
        return load_recorded_evidence(self.state, self.roster)

    def _get_counties(
        self, store: ObjectStore, counties: Iterable[tuple[DueCounty, CountyState]]
    ) -> Iterator[IncludedCounty]:
        for due_county, county_state in counties:
            if due_county.code not in self._counties_by_code:
                self._counties_by_code[due_county.code] = self._load_county(store, due_county, county_state)
            yield self._counties_by_code[due_county.code]

    def _load_county(self, store: ObjectStore, due_county: DueCounty, county_state: CountyState) -> IncludedCounty:
        *earlier_versions, newest = county_state.versions
        plan = self.state.library.find_plan(due_county.code, self.state.paths.year)
        receipt = self._build_receipt(county_state)
        report_as_sent = load_sent_report(self.state, county_state)
        source_file = ""
        if receipt is not None:
            source_file = _get_own_copy_path(self.state, due_county.code, newest)
        past_filings = select_past_filings(self.state.earlier_by_year, due_county.code, plan)
        return IncludedCounty(
            due_county=due_county,
            county_state=county_state,
            report=reduce_report(report_as_sent, county_state),
            report_as_sent=report_as_sent,
            plan=plan,
            forms=self._get_forms(due_county.code),
            earlier_reports=tuple(_load_checked_reports(store, earlier_versions)),
            receipt=receipt,
            source_file=source_file,
            past_reports={year: _load_report(store, filing.report) for year, filing in past_filings.items()},
            outdated_years=find_outdated_years(self.check_entries, county_state, self.state.earlier_by_year),
        )

    def _get_forms(self, county: str) -> tuple[Form, ...]:
        year, library = self.state.paths.year, self.state.library
        package = library.find_package(county, year)
        if package is None:
            return ()
        if package.id not in self._forms_by_package:
            self._forms_by_package[package.id] = library.compile_submission(package, year).forms
        return self._forms_by_package[package.id]

    def _build_receipt(self, county_state: CountyState) -> Receipt | None:
        """Return the receipt of the filing in force, numbered by how often the county has filed, or None."""
        record = find_record_in_force(county_state.filings)
        if record is None or record.sha256 != county_state.newest_sha256:
            return None
        entry = self.filing_entries[get_version_key(county_state)]
        number = f"{self.state.paths.year}-{county_state.county}-{record.number}-{entry.digest[:8]}"
        return Receipt(number, entry.sequence, entry.digest, entry.at)


def _get_own_copy_path(state: YearState, county: str, version: SubmissionVersion) -> str:
    return build_source_copy_path(county, state.paths.year, version.number, version.name)


def _load_checked_reports(
    store: ObjectStore, versions: Iterable[SubmissionVersion]
) -> Iterator[tuple[SubmissionVersion, ValidationReport]]:
    for version in versions:
        if version.is_checked:
            yield version, _load_report(store, version.report_sha256)


def _load_report(store: ObjectStore, name: str) -> ValidationReport:
    return decode_report(json.loads(store.load_object(name)))
