"""The last stages: write the filings from the record and the reports kept with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from checks.model.report import Report
from checks.reporting.json_codec import report_from_json
from contracts.form_model import Form
from contracts.plans import Plan
from filing.book.canonical_book import values_of
from filing.book.workbook_model import FilingBook
from filing.context.filing_context import CITY, COUNTY, PROVINCE, CountedCounty, FilingScene, Receipt
from filing.context.links import own_copy
from filing.filing_books import city_book, county_book, province_book, receipt_book
from flows.outputs.filings_due import OWN, RECEIPT, FilingDue, contracts_behind, filed_counties, reviewed_counties
from flows.outputs.write_evidence import evidence_on_record
from flows.year.earlier_filings import VersionKey, checks_in, filing_entries, newest_of, shaken_years
from flows.year.issued_outputs import output_event, write_output
from flows.year.jobs import Line, Outcome
from flows.year.year_state import Scene
from ledger.object_store import Store
from ledger.signing_key import Signer
from review.county_state import Standing, Version
from review.events import Entry
from review.reductions import reviewed
from review.rollup_seals import sealings
from review.roster import Due, Roster
from workbooks.signed_content.presentation import read_around
from workbooks.writer.write_book import write_book

BOOKS = {PROVINCE: province_book, CITY: city_book, COUNTY: county_book, RECEIPT: receipt_book}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filer:
    """Writes the filings of a year; what was read or compiled for one is at hand for the next."""

    scene: Scene
    roster: Roster
    filings: Mapping[VersionKey, Entry]
    checks: Mapping[VersionKey, int]
    _counties: dict[str, CountedCounty] = field(default_factory=dict)
    _forms: dict[str, tuple[Form, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, scene: Scene, roster: Roster) -> "Filer":
        """Return the one who writes from a scene; its history is gone over here, once for all counties."""
        filings = filing_entries(scene.procedure, scene.history)
        return cls(scene=scene, roster=roster, filings=filings, checks=checks_in(scene.history))

    def write(self, due: FilingDue) -> Outcome:
        """Write one file of the filing."""
        scene, store = self.scene, self.scene.places.store()
        values = ""
        if due.kind == OWN:
            data = store.read(due.basis)
        else:
            book = self.book(due, store)
            data = write_book(book)
            told = {"around": read_around(data), "values": values_of(book)}
            values = store.put(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())
        event = output_event(scene.places, due.path, data, basis=due.basis)
        if values:
            event = replace(event, facts={**event.facts, "values": values})
        key = f"issued:{due.path}:{due.basis}:after {len(scene.history)}"
        written = write_output(scene.places, due.path, data)
        lines = (Line("filed", {"path": due.path}),) if due.kind == PROVINCE else ()
        return Outcome(((event, key),), lines, (written,))

    def book(self, due: FilingDue, store: Store) -> FilingBook:
        """Return one of the workbooks as values."""
        scene = self.filing_scene(due, store)
        return BOOKS[due.kind](scene, self.scene.words)

    def filing_scene(self, due: FilingDue, store: Store) -> FilingScene:
        """Return what a filing is made from: the whole province's, or that of a city or county alone."""
        scene = self.scene
        everybody = [(one, scene.standings[one.code]) for one in self.roster.due]
        wanted = {one.code for one, _ in everybody if due.kind == PROVINCE or due.area.code in (one.code, one.city)}
        find = reviewed_counties if due.kind == CITY else filed_counties
        counted = [(one, at) for one, at in find(scene, self.roster) if one.code in wanted]
        whole = FilingScene(
            roster=self.roster,
            procedure=scene.procedure,
            counted=tuple(self._filed(store, one, at) for one, at in counted),
            open=tuple(at for _, at in everybody if not at.filed),
            excused=frozenset(one.code for one, at in everybody if at.state in scene.procedure.excused),
            contracts=contracts_behind(scene, counted, wanted),
            head=due.head,
            as_of=due.as_of,
            key=Signer(scene.places.key_folder).public.fingerprint,
            exhibits=scene.library.exhibits(),
            evidence=evidence_on_record(scene, self.roster) if due.kind == PROVINCE else (),
            sealings=sealings(scene.procedure, scene.history),
        )
        return whole if due.kind == PROVINCE else whole.within(due.area, head=due.head, as_of=due.as_of)

    def _filed(self, store: Store, due: Due, standing: Standing) -> CountedCounty:
        if due.code not in self._counties:
            self._counties[due.code] = self._read(store, due, standing)
        return self._counties[due.code]

    def _read(self, store: Store, due: Due, standing: Standing) -> CountedCounty:
        scene = self.scene
        *earlier, newest = standing.versions
        reported = _report(store, newest.report)
        plan, receipt = self._plan(due.code), self._receipt(standing)
        past = {
            year: filings[due.code]
            for year, filings in scene.earlier.items()
            if due.code in filings and (plan is None or year in plan.years)
        }
        return CountedCounty(
            due=due,
            standing=standing,
            report=reviewed(reported, standing),
            reported=reported,
            plan=plan,
            forms=self._forms_of(due.code),
            earlier=tuple((one, _report(store, one.report)) for one in earlier if one.checked),
            receipt=receipt,
            own=_own(scene, due.code, newest) if receipt else "",
            past={year: _report(store, one.report) for year, one in past.items()},
            shaken=shaken_years(self.checks, standing, scene.earlier),
        )

    def _plan(self, county: str) -> Plan | None:
        package = self.scene.library.package(county, self.scene.places.year)
        return self.scene.library.plan(package.plan) if package and package.plan else None

    def _forms_of(self, county: str) -> tuple[Form, ...]:
        package = self.scene.library.package(county, self.scene.places.year)
        if package is None:
            return ()
        if package.id not in self._forms:
            self._forms[package.id] = self.scene.library.submission(package, self.scene.places.year).forms
        return self._forms[package.id]

    def _receipt(self, standing: Standing) -> Receipt | None:
        entry = self.filings.get(newest_of(standing))
        if entry is None:
            return None
        times = standing.filed.index(standing.newest.sha256) + 1 if standing.newest else 1
        number = f"{self.scene.places.year}-{standing.county}-{times}-{entry.digest[:8]}"
        return Receipt(number, entry.sequence, entry.digest, entry.at)


def _own(scene: Scene, county: str, version: Version) -> str:
    return own_copy(county, scene.places.year, version.number, version.name)


def _report(store: Store, name: str) -> Report:
    return report_from_json(json.loads(store.read(name)))
