"""The last stages: write the filings from the record and the reports kept with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from contracts.form_model import Form
from contracts.plans import Plan
from filing.book.canonical_book import collect_canonical_values
from filing.book.workbook_model import FilingBook
from filing.context.filing_context import CITY, COUNTY, PROVINCE, FilingContext, IncludedCounty, Receipt
from filing.context.links import build_source_copy_path
from filing.filing_books import build_city_book, build_county_book, build_province_book, build_receipt_book
from flows.outputs.filings_due import (
    OWN_COPY,
    RECEIPT,
    PlannedFiling,
    find_contracts_version,
    list_filed_counties,
    list_reviewed_counties,
)
from flows.outputs.write_evidence import load_recorded_evidence
from flows.year.earlier_filings import (
    VersionKey,
    find_outdated_years,
    get_version_key,
    index_check_entries,
    index_filing_entries,
)
from flows.year.issued_outputs import build_output_event, write_output
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from ledger.signing_key import Signer
from review.county_state import CountyState, SubmissionVersion
from review.events import LedgerEntry
from review.reductions import apply_reductions
from review.rollup_seals import find_seals
from review.roster import DueCounty, Roster
from workbooks.signed_content.presentation import read_presentation
from workbooks.writer.write_book import write_book

BOOK_BUILDERS = {
    PROVINCE: build_province_book,
    CITY: build_city_book,
    COUNTY: build_county_book,
    RECEIPT: build_receipt_book,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingWriter:
    """Writes the filings of a year; what was read or compiled for one is at hand for the next."""

    state: YearState
    roster: Roster
    filing_entries: Mapping[VersionKey, LedgerEntry]
    check_entries: Mapping[VersionKey, int]
    _counties_by_code: dict[str, IncludedCounty] = field(default_factory=dict)
    _forms_by_package: dict[str, tuple[Form, ...]] = field(default_factory=dict)

    @classmethod
    def create(cls, state: YearState, roster: Roster) -> "FilingWriter":
        """Return the one who writes from a scene; its history is gone over here, once for all counties."""
        filings = index_filing_entries(state.procedure, state.history)
        return cls(state=state, roster=roster, filing_entries=filings, check_entries=index_check_entries(state.history))

    def write_filing(self, planned_filing: PlannedFiling) -> JobOutcome:
        """Write one file of the filing."""
        scene, store = self.state, self.state.paths.open_store()
        values = ""
        if planned_filing.kind == OWN_COPY:
            data = store.load_object(planned_filing.basis)
        else:
            book = self.build_book(planned_filing, store)
            data = write_book(book)
            told = {"around": read_presentation(data), "values": collect_canonical_values(book)}
            values = store.store_object(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())
        event = build_output_event(scene.paths, planned_filing.path, data, basis=planned_filing.basis)
        if values:
            event = replace(event, facts={**event.facts, "values": values})
        key = f"issued:{planned_filing.path}:{planned_filing.basis}:after {len(scene.history)}"
        written = write_output(scene.paths, planned_filing.path, data)
        lines = (ProgressLine("filed", {"path": planned_filing.path}),) if planned_filing.kind == PROVINCE else ()
        return JobOutcome(((event, key),), lines, (written,))

    def build_book(self, planned_filing: PlannedFiling, store: ObjectStore) -> FilingBook:
        """Return one of the workbooks as values."""
        scene = self.build_filing_context(planned_filing, store)
        return BOOK_BUILDERS[planned_filing.kind](scene, self.state.messages)

    def build_filing_context(self, planned_filing: PlannedFiling, store: ObjectStore) -> FilingContext:
        """Return what a filing is made from: the whole province's, or that of a city or county alone."""
        scene = self.state
        everybody = [(one, scene.county_states[one.code]) for one in self.roster.due_counties]
        wanted = {
            one.code
            for one, _ in everybody
            if planned_filing.kind == PROVINCE or planned_filing.area.code in (one.code, one.city)
        }
        find = list_reviewed_counties if planned_filing.kind == CITY else list_filed_counties
        counted = [(one, at) for one, at in find(scene, self.roster) if one.code in wanted]
        whole = FilingContext(
            roster=self.roster,
            procedure=scene.procedure,
            included_counties=tuple(self._get_county(store, one, at) for one, at in counted),
            pending_counties=tuple(at for _, at in everybody if not at.filed_sha256s),
            excused_codes=frozenset(one.code for one, at in everybody if at.state in scene.procedure.excused_states),
            contracts_version=find_contracts_version(scene, counted, wanted),
            ledger_head=planned_filing.head,
            as_of=planned_filing.as_of,
            key_fingerprint=Signer(scene.paths.key_folder).public_key.fingerprint,
            layout=scene.library.get_filing_layout(),
            evidence=load_recorded_evidence(scene, self.roster) if planned_filing.kind == PROVINCE else (),
            seals=find_seals(scene.procedure, scene.history),
        )
        return (
            whole
            if planned_filing.kind == PROVINCE
            else whole.restrict_to(planned_filing.area, ledger_head=planned_filing.head, as_of=planned_filing.as_of)
        )

    def _get_county(self, store: ObjectStore, due_county: DueCounty, county_state: CountyState) -> IncludedCounty:
        if due_county.code not in self._counties_by_code:
            self._counties_by_code[due_county.code] = self._load_county(store, due_county, county_state)
        return self._counties_by_code[due_county.code]

    def _load_county(self, store: ObjectStore, due_county: DueCounty, county_state: CountyState) -> IncludedCounty:
        scene = self.state
        *earlier, newest = county_state.versions
        reported = _load_report(store, newest.report_sha256)
        plan, receipt = self._get_plan(due_county.code), self._build_receipt(county_state)
        past = {
            year: filings[due_county.code]
            for year, filings in scene.earlier_by_year.items()
            if due_county.code in filings and (plan is None or year in plan.years)
        }
        return IncludedCounty(
            due_county=due_county,
            county_state=county_state,
            report=apply_reductions(reported, county_state),
            report_as_sent=reported,
            plan=plan,
            forms=self._get_forms(due_county.code),
            earlier_reports=tuple((one, _load_report(store, one.report_sha256)) for one in earlier if one.is_checked),
            receipt=receipt,
            source_file=_get_own_copy_path(scene, due_county.code, newest) if receipt else "",
            past_reports={year: _load_report(store, one.report) for year, one in past.items()},
            outdated_years=find_outdated_years(self.check_entries, county_state, scene.earlier_by_year),
        )

    def _get_plan(self, county: str) -> Plan | None:
        package = self.state.library.find_package(county, self.state.paths.year)
        return self.state.library.get_plan(package.plan) if package and package.plan else None

    def _get_forms(self, county: str) -> tuple[Form, ...]:
        package = self.state.library.find_package(county, self.state.paths.year)
        if package is None:
            return ()
        if package.id not in self._forms_by_package:
            self._forms_by_package[package.id] = self.state.library.compile_submission(
                package, self.state.paths.year
            ).forms
        return self._forms_by_package[package.id]

    def _build_receipt(self, county_state: CountyState) -> Receipt | None:
        entry = self.filing_entries.get(get_version_key(county_state))
        if entry is None:
            return None
        times = (
            county_state.filed_sha256s.index(county_state.newest_version.sha256) + 1
            if county_state.newest_version
            else 1
        )
        number = f"{self.state.paths.year}-{county_state.county}-{times}-{entry.digest[:8]}"
        return Receipt(number, entry.sequence, entry.digest, entry.at)


def _get_own_copy_path(state: YearState, county: str, version: SubmissionVersion) -> str:
    return build_source_copy_path(county, state.paths.year, version.number, version.name)


def _load_report(store: ObjectStore, name: str) -> ValidationReport:
    return decode_report(json.loads(store.load_object(name)))
