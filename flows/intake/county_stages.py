"""The stages of a run as plain functions: one job a county and stage, results as values for the record."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from checks.model.finding import Refusal, Severity
from checks.model.refusal import refuse
from checks.model.report import Report
from checks.reporting.json_codec import refusal_to_json, report_to_json
from contracts.contract_library import Library
from flows.intake.filing_history import history_from
from flows.intake.read_submission import Read, in_turn
from flows.intake.returned_files import Office, carried, marked_bytes, page_bytes
from flows.year.issued_outputs import output_event, write_output
from flows.year.jobs import Job, Line, Outcome
from ledger.object_store import Store
from review.check_inputs import Background
from review.county_state import Standing, Version
from review.events import Event, JsonValue, Kind
from review.version_admission import Admission, Candidate, Fate, admit
from workbooks.examine import examine

RECEIVE: Final = "receive"
CHECK: Final = "check"


def perform(job: Job) -> Outcome:
    """Do one job."""
    return STAGES[job.stage](job)


def receive(job: Job) -> Outcome:
    """Read new files once, check them, and settle which become versions; refused ones are kept with their reason."""
    library, store = job.places.library(), job.places.store()
    words = library.wording()
    office = Office(library, words, store)
    history = history_from(job.background, store)
    looks = zip(job.files, job.looks, strict=True)
    read = in_turn(office, job.standing, [Read.of(Path(path), look, job, office, history) for path, look in looks])
    refused = [_refused(job, library, one, one.result) for one in read if isinstance(one.result, Refusal)]
    reports = {one.sha256: one for one in read if isinstance(one.result, Report)}
    candidates = [
        Candidate(sha256, one.name, one.result.identity.version)
        for sha256, one in reports.items()
        if isinstance(one.result, Report)
    ]
    settled = [
        _settled(job, library, reports[one.candidate.sha256], one, store=store)
        for one in admit(library.procedure(job.procedure), job.standing, candidates)
    ]
    return _together([*refused, *settled])


def check(job: Job) -> Outcome:
    """Check versions from the store again, under the contracts as they now are."""
    library, store = job.places.library(), job.places.store()
    words = library.wording()
    office = Office(library, words, store)
    history = history_from(job.background, store)
    found = [(sha256, examine(store.read(sha256), library, words, history=history)) for sha256 in job.files]
    reports = [(sha256, carried(office, job.standing, one)) for sha256, one in found if isinstance(one, Report)]
    return _together([_checked(job, sha256, report, store) for sha256, report in reports])


def mark(job: Job) -> Outcome:
    """Write each flagged version's own workbook with its cells marked."""
    return _written(job, marked_bytes)


def report(job: Job) -> Outcome:
    """Write each version's page."""
    return _written(job, page_bytes)


STAGES: Mapping[str, Callable[[Job], Outcome]] = {
    RECEIVE: receive,
    CHECK: check,
    "mark": mark,
    "report": report,
}


def _refused(job: Job, library: Library, read: Read, refusal: Refusal, rivals: str = "") -> Outcome:
    facts = {**refusal_to_json(refusal), "name": read.name, "contracts": library.version(), "rivals": rivals}
    event = Event(kind=Kind.REFUSED, year=job.places.year, county=job.county, sha256=read.sha256, facts=facts)
    line = Line("refused", {"name": read.name, "message": refusal.message, "remedy": refusal.remedy})
    return Outcome(((event, _key(job, event)),), (line,))


def _settled(job: Job, library: Library, read: Read, admission: Admission, *, store: Store) -> Outcome:
    if admission.fate is not Fate.TAKEN:
        refusal = refuse(library.wording(), admission.code, **admission.facts)
        return _refused(job, library, read, refusal, " ".join(admission.rivals))
    store.put(read.data)
    event = Event(
        kind=Kind.RECEIVED,
        year=job.places.year,
        county=job.county,
        version=admission.candidate.version,
        sha256=read.sha256,
        facts={"name": read.name, "bytes": len(read.data)},
    )
    line = Line("taken", {"name": read.name, "version": str(admission.candidate.version)})
    taken = Outcome(((event, f"received:{job.places.year}:{job.county}:{read.sha256}"),), (line,))
    return _together([taken, _checked(job, read.sha256, read.result, store)])


def _checked(job: Job, sha256: str, result: Report | Refusal, store: Store) -> Outcome:
    if isinstance(result, Refusal):
        raise TypeError("a refused file has no report")
    kept = store.put(_bytes(report_to_json(result)))
    counts = {"hard": Severity.HARD, "soft": Severity.SOFT, "notes": Severity.REPORT}
    found = {name: result.count(severity) for name, severity in counts.items()}
    event = Event(
        kind=Kind.CHECKED,
        year=job.places.year,
        county=job.county,
        version=result.identity.version,
        sha256=sha256,
        facts={
            **found,
            **_by_rule(result),
            "explained": result.explained,
            "report": kept,
            "contracts": result.contracts,
            "outcome": result.outcome,
            **_rests_on(job.background),
            **({"plots": store.put(_bytes(dict(result.plots)))} if result.plots else {}),
        },
    )
    facts = {name: str(count) for name, count in found.items()} | {"version": str(result.identity.version)}
    return Outcome(((event, _key(job, event)),), (Line("checked", facts),))


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _rests_on(background: Background) -> dict[str, JsonValue]:
    """Say what a check rested on besides the file, where there was anything."""
    named = {"basis": background.basis, "disputed": background.disputed}
    return {name: digest for name, digest in named.items() if digest}


def _by_rule(report: Report) -> dict[str, JsonValue]:
    """Count by rule the findings that stand in the way and are not explained: a waiver clears them rule by rule."""
    counted: dict[str, JsonValue] = {}
    for severity in (Severity.HARD, Severity.SOFT):
        standing = (one for one in report.findings if one.severity is severity and not (one.trial or one.explained))
        rules = Counter(one.rule for one in standing)
        if rules:
            counted[severity.value] = dict(sorted(rules.items()))
    return {"found": counted}


def _written(job: Job, make: Callable[[Office, Standing, Version], bytes]) -> Outcome:
    """Write one output a version of the job, and return the record of it."""
    library = job.places.library()
    office = Office(library, library.wording(), job.places.store())
    made = []
    for sha256, path in zip(job.files, job.outputs, strict=True):
        version = next(one for one in job.standing.versions if one.sha256 == sha256)
        data = make(office, job.standing, version)
        event = output_event(job.places, path, data, basis=version.report, county=job.county)
        written = write_output(job.places, path, data)
        made.append(Outcome(((event, _key(job, event)),), (Line("marked", {"path": path}),), (written,)))
    return _together(made)


def _key(job: Job, event: Event) -> str:
    """The same result recorded twice is one entry, unless something else was recorded in between."""
    return f"{event.kind}:{_fingerprint(event)}:after {job.after}"


def _fingerprint(event: Event) -> str:
    parts = [event.kind, event.year, event.county, event.sha256, dict(event.facts)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _together(outcomes: list[Outcome]) -> Outcome:
    return Outcome(
        tuple(event for one in outcomes for event in one.events),
        tuple(line for one in outcomes for line in one.lines),
        tuple(place for one in outcomes for place in one.written),
    )
