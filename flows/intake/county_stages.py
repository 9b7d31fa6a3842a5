"""The stages of a run as plain functions: one job a county and stage, results as values for the record."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from checks.model.finding import Refusal, Severity
from checks.model.refusal import create_refusal
from checks.model.report import ValidationReport
from checks.reporting.json_codec import encode_refusal, encode_report
from contracts.contract_library import ContractLibrary
from flows.intake.filing_history import load_history
from flows.intake.read_submission import ReadSubmission, chain_explanations
from flows.intake.returned_files import ReturnContext, build_marked_file, build_page_file, with_earlier_explanations
from flows.year.issued_outputs import build_output_event, write_output
from flows.year.jobs import Job, JobOutcome, ProgressLine
from ledger.object_store import ObjectStore
from review.check_inputs import CheckInputs
from review.county_state import CountyState, SubmissionVersion
from review.events import Event, EventKind, JsonValue
from review.version_admission import AdmissionOutcome, VersionAdmission, VersionCandidate, decide_admissions
from workbooks.examine import validate_file

RECEIVE: Final = "receive"
CHECK: Final = "check"


def run_job(job: Job) -> JobOutcome:
    """Do one job."""
    return STAGE_FUNCTIONS[job.stage](job)


def receive_submissions(job: Job) -> JobOutcome:
    """Read new files once, check them, and settle which become versions; refused ones are kept with their reason."""
    library, store = job.paths.open_contracts(), job.paths.open_store()
    words = library.get_messages()
    office = ReturnContext(library, words, store)
    history = load_history(job.check_inputs, store)
    looks = zip(job.files, job.seen_digests, strict=True)
    read = chain_explanations(
        office,
        job.county_state,
        [ReadSubmission.load_file(Path(path), look, job, office, history) for path, look in looks],
    )
    refused = [_build_refusal_outcome(job, library, one, one.result) for one in read if isinstance(one.result, Refusal)]
    reports = {one.sha256: one for one in read if isinstance(one.result, ValidationReport)}
    candidates = [
        VersionCandidate(sha256, one.name, one.result.identity.version)
        for sha256, one in reports.items()
        if isinstance(one.result, ValidationReport)
    ]
    settled = [
        _build_admission_outcome(job, library, reports[one.candidate.sha256], one, store=store)
        for one in decide_admissions(library.get_procedure(job.procedure), job.county_state, candidates)
    ]
    return _merge_outcomes([*refused, *settled])


def check_submissions(job: Job) -> JobOutcome:
    """Check versions from the store again, under the contracts as they now are."""
    library, store = job.paths.open_contracts(), job.paths.open_store()
    words = library.get_messages()
    office = ReturnContext(library, words, store)
    history = load_history(job.check_inputs, store)
    found = [
        (sha256, validate_file(store.load_object(sha256), library, words, history=history)) for sha256 in job.files
    ]
    reports = [
        (sha256, with_earlier_explanations(office, job.county_state, one))
        for sha256, one in found
        if isinstance(one, ValidationReport)
    ]
    return _merge_outcomes([_build_check_outcome(job, sha256, report, store) for sha256, report in reports])


def mark_workbooks(job: Job) -> JobOutcome:
    """Write each flagged version's own workbook with its cells marked."""
    return _write_outputs(job, build_marked_file)


def write_pages(job: Job) -> JobOutcome:
    """Write each version's page."""
    return _write_outputs(job, build_page_file)


STAGE_FUNCTIONS: Mapping[str, Callable[[Job], JobOutcome]] = {
    RECEIVE: receive_submissions,
    CHECK: check_submissions,
    "mark": mark_workbooks,
    "report": write_pages,
}


def _build_refusal_outcome(
    job: Job, library: ContractLibrary, submission: ReadSubmission, refusal: Refusal, rivals: str = ""
) -> JobOutcome:
    facts = {
        **encode_refusal(refusal),
        "name": submission.name,
        "contracts": library.compute_version(),
        "rivals": rivals,
    }
    event = Event(kind=EventKind.REFUSED, year=job.paths.year, county=job.county, sha256=submission.sha256, facts=facts)
    line = ProgressLine("refused", {"name": submission.name, "message": refusal.message, "remedy": refusal.remedy})
    return JobOutcome(((event, _build_event_key(job, event)),), (line,))


def _build_admission_outcome(
    job: Job, library: ContractLibrary, submission: ReadSubmission, admission: VersionAdmission, *, store: ObjectStore
) -> JobOutcome:
    if admission.outcome is not AdmissionOutcome.TAKEN:
        refusal = create_refusal(library.get_messages(), admission.code, **admission.facts)
        return _build_refusal_outcome(job, library, submission, refusal, " ".join(admission.conflicting_sha256s))
    store.store_object(submission.data)
    event = Event(
        kind=EventKind.RECEIVED,
        year=job.paths.year,
        county=job.county,
        version=admission.candidate.version,
        sha256=submission.sha256,
        facts={"name": submission.name, "bytes": len(submission.data)},
    )
    line = ProgressLine("taken", {"name": submission.name, "version": str(admission.candidate.version)})
    taken = JobOutcome(((event, f"received:{job.paths.year}:{job.county}:{submission.sha256}"),), (line,))
    return _merge_outcomes([taken, _build_check_outcome(job, submission.sha256, submission.result, store)])


def _build_check_outcome(job: Job, sha256: str, result: ValidationReport | Refusal, store: ObjectStore) -> JobOutcome:
    if isinstance(result, Refusal):
        raise TypeError("a refused file has no report")
    kept = store.store_object(_encode_json(encode_report(result)))
    counts = {"hard": Severity.HARD, "soft": Severity.SOFT, "notes": Severity.REPORT}
    found = {name: result.count_findings(severity) for name, severity in counts.items()}
    event = Event(
        kind=EventKind.CHECKED,
        year=job.paths.year,
        county=job.county,
        version=result.identity.version,
        sha256=sha256,
        facts={
            **found,
            **_count_by_rule(result),
            "explained": result.explanation_count,
            "report": kept,
            "contracts": result.contracts_version,
            "outcome": result.outcome,
            **_collect_basis_facts(job.check_inputs),
            **({"plots": store.store_object(_encode_json(dict(result.plots)))} if result.plots else {}),
        },
    )
    facts = {name: str(count) for name, count in found.items()} | {"version": str(result.identity.version)}
    return JobOutcome(((event, _build_event_key(job, event)),), (ProgressLine("checked", facts),))


def _encode_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _collect_basis_facts(check_inputs: CheckInputs) -> dict[str, JsonValue]:
    """Say what a check rested on besides the file, where there was anything."""
    named = {"basis": check_inputs.balances_digest, "disputed": check_inputs.claims_digest}
    return {name: digest for name, digest in named.items() if digest}


def _count_by_rule(report: ValidationReport) -> dict[str, JsonValue]:
    """Count by rule the findings that stand in the way and are not explained: a waiver clears them rule by rule."""
    counted: dict[str, JsonValue] = {}
    for severity in (Severity.HARD, Severity.SOFT):
        standing = (one for one in report.findings if one.severity is severity and not (one.trial or one.is_explained))
        rules = Counter(one.rule for one in standing)
        if rules:
            counted[severity.value] = dict(sorted(rules.items()))
    return {"found": counted}


def _write_outputs(
    job: Job, make_output: Callable[[ReturnContext, CountyState, SubmissionVersion], bytes]
) -> JobOutcome:
    """Write one output a version of the job, and return the record of it."""
    library = job.paths.open_contracts()
    office = ReturnContext(library, library.get_messages(), job.paths.open_store())
    made = []
    for sha256, path in zip(job.files, job.outputs, strict=True):
        version = next(one for one in job.county_state.versions if one.sha256 == sha256)
        data = make_output(office, job.county_state, version)
        event = build_output_event(job.paths, path, data, basis=version.report_sha256, county=job.county)
        written = write_output(job.paths, path, data)
        made.append(
            JobOutcome(((event, _build_event_key(job, event)),), (ProgressLine("marked", {"path": path}),), (written,))
        )
    return _merge_outcomes(made)


def _build_event_key(job: Job, event: Event) -> str:
    """The same result recorded twice is one entry, unless something else was recorded in between."""
    return f"{event.kind}:{_digest_event(event)}:after {job.entry_count}"


def _digest_event(event: Event) -> str:
    parts = [event.kind, event.year, event.county, event.sha256, dict(event.facts)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _merge_outcomes(outcomes: list[JobOutcome]) -> JobOutcome:
    return JobOutcome(
        tuple(event for one in outcomes for event in one.events),
        tuple(line for one in outcomes for line in one.lines),
        tuple(place for one in outcomes for place in one.staged_outputs),
    )
