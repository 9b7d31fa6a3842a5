"""The stages that work county by county: plain functions from a job to the events to record."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from checks.model.finding import Finding, Refusal, Severity
from checks.model.refusal import create_refusal
from checks.model.report import ValidationReport
from checks.reporting.json_codec import encode_refusal, encode_report
from contracts.form_model import Rule
from contracts.procedures import Procedure
from flows.intake.earlier_versions import recheck_after_each_other, with_earlier_version, with_version_before
from flows.intake.read_submission import ReadSubmission, chain_explanations
from flows.intake.returned_files import (
    ChainContent,
    ReturnContext,
    build_marked_file,
    build_page_file,
    collect_chain_content,
    with_earlier_explanations,
)
from flows.year.check_history import load_history
from flows.year.issued_outputs import build_output_event, write_output
from flows.year.jobs import Job, JobOutcome, ProgressLine
from review.check_inputs import CheckInputs
from review.county_state import CountyState, SubmissionVersion
from review.events import Event, EventKind, JsonValue
from review.submissions.cover_submission import list_cover_field_names
from review.version_admission import AdmissionOutcome, VersionAdmission, VersionCandidate, decide_admissions
from workbooks.examine import validate_file

RECEIVE: Final = "receive"
CHECK: Final = "check"


def run_county_job(job: Job) -> JobOutcome:
    """Run the stage function of a county's job."""
    return STAGE_FUNCTIONS[job.stage](job)


def receive_submissions(job: Job) -> JobOutcome:
    """Read each new file once, check it and decide whether it becomes a version; refusals are kept with their reason.

    The outcome has the events of the versions first, the lowest version first, then those of the refused files: a file
    refused beside a version stays open until the county sends the next one.
    """
    context = _create_return_context(job)
    filed_history = load_history(job.check_inputs, context.store)
    history = with_earlier_version(filed_history, context, job.county_state.newest_version)
    read_files = [
        ReadSubmission.load_file(Path(path), seen_digest, job, context, history)
        for path, seen_digest in zip(job.files, job.seen_digests, strict=True)
    ]
    submissions = recheck_after_each_other(context, history, read_files)
    outcomes: list[JobOutcome] = []
    refused: list[JobOutcome] = []
    readable: dict[str, ReadSubmission] = {}
    candidates: dict[str, VersionCandidate] = {}
    for submission in chain_explanations(context, job.county_state, submissions):
        sha256, result = submission.sha256, submission.result
        if isinstance(result, Refusal):
            refused.append(_build_refusal_outcome(job, context, submission, result))
        else:
            readable[sha256] = submission
            candidates[sha256] = VersionCandidate(sha256, submission.name, result.identity.version)
    procedure = context.library.get_procedure(job.procedure)
    for admission in decide_admissions(procedure, job.county_state, list(candidates.values())):
        submission = readable[admission.candidate.sha256]
        group = outcomes if admission.outcome is AdmissionOutcome.TAKEN else refused
        group.append(_build_admission_outcome(job, context, submission, admission))
    return _merge_outcomes([*outcomes, *refused])


def check_submissions(job: Job) -> JobOutcome:
    """Check versions from the store again, under the contracts as they are now; a version refused now is left out."""
    context = _create_return_context(job)
    history = load_history(job.check_inputs, context.store)
    reports: list[tuple[str, ValidationReport]] = []
    for sha256 in job.files:
        data = context.store.load_object(sha256)
        own_history = with_version_before(history, context, job.county_state, sha256)
        result = validate_file(data, context.library, context.messages, history=own_history)
        if isinstance(result, ValidationReport):
            report = with_earlier_explanations(context, job.county_state, result)
            reports.append((sha256, context.add_decided(report, job.county_state, sha256)))
    return _merge_outcomes([_build_check_outcome(job, context, sha256, report) for sha256, report in reports])


def mark_workbooks(job: Job) -> JobOutcome:
    """Write a copy of each flagged version's workbook with its cells marked."""
    return _write_outputs(job, build_marked_file)


def write_pages(job: Job) -> JobOutcome:
    """Write the page of each version."""
    return _write_outputs(job, build_page_file)


STAGE_FUNCTIONS: Mapping[str, Callable[[Job], JobOutcome]] = {
    RECEIVE: receive_submissions,
    CHECK: check_submissions,
    "mark": mark_workbooks,
    "report": write_pages,
}


def _create_return_context(job: Job) -> ReturnContext:
    library = job.paths.open_contracts()
    return ReturnContext(library, library.get_messages(), job.paths.open_store())


def _build_refusal_outcome(
    job: Job, context: ReturnContext, submission: ReadSubmission, refusal: Refusal, *, rivals: str = ""
) -> JobOutcome:
    """Return the event of a refused file; *rivals* are the sha256 of the files that claim the same version."""
    facts = {
        **encode_refusal(refusal),
        "name": submission.name,
        "contracts": context.library.compute_version(),
        "rivals": rivals,
    }
    event = Event(kind=EventKind.REFUSED, year=job.paths.year, county=job.county, sha256=submission.sha256, facts=facts)
    line = ProgressLine("refused", {"name": submission.name, "message": refusal.message, "remedy": refusal.remedy})
    return JobOutcome(((event, _build_event_key(job, event)),), (line,))


def _build_admission_outcome(
    job: Job, context: ReturnContext, submission: ReadSubmission, admission: VersionAdmission
) -> JobOutcome:
    if admission.outcome is not AdmissionOutcome.TAKEN:
        message_code = admission.message_code or admission.code
        refusal = replace(create_refusal(context.messages, message_code, **admission.facts), code=admission.code)
        rivals = " ".join(admission.conflicting_sha256s)
        return _build_refusal_outcome(job, context, submission, refusal, rivals=rivals)
    context.store.store_object(submission.data)
    event = Event(
        kind=EventKind.RECEIVED,
        year=job.paths.year,
        county=job.county,
        version=admission.candidate.version,
        sha256=submission.sha256,
        facts={"name": submission.name, "bytes": len(submission.data)},
    )
    line = ProgressLine("taken", {"name": submission.name, "version": str(admission.candidate.version)})
    received = JobOutcome(((event, f"received:{job.paths.year}:{job.county}:{submission.sha256}"),), (line,))
    return _merge_outcomes([received, _build_check_outcome(job, context, submission.sha256, submission.result)])


def _build_check_outcome(
    job: Job, context: ReturnContext, sha256: str, result: ValidationReport | Refusal
) -> JobOutcome:
    if isinstance(result, Refusal):
        raise TypeError("a refused file has no report")
    store, procedure = context.store, context.library.get_procedure(job.procedure)
    report_sha256 = store.store_object(_encode_json(encode_report(result)))
    counts = _count_by_severity(result)
    facts: dict[str, JsonValue] = {
        **counts,
        **_count_by_rule(result, _list_blocking_rules(job, result)),
        "explained": result.explanation_count,
        "report": report_sha256,
        "contracts": result.contracts_version,
        "outcome": result.outcome,
        **_collect_cover_facts(result, procedure),
        **_collect_basis_facts(job.check_inputs),
    }
    if result.plots:
        facts["plots"] = store.store_object(_encode_json(dict(result.plots)))
    event = Event(
        kind=EventKind.CHECKED,
        year=job.paths.year,
        county=job.county,
        version=result.identity.version,
        sha256=sha256,
        facts=facts,
    )
    printed_counts = {name: str(count) for name, count in counts.items()}
    line = ProgressLine("checked", {**printed_counts, "version": str(result.identity.version)})
    return JobOutcome(((event, _build_event_key(job, event)),), (line,))


def _encode_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _collect_basis_facts(check_inputs: CheckInputs) -> dict[str, JsonValue]:
    """Return the digests of what a check rested on besides the file; empty digests are left out."""
    digests = {"basis": check_inputs.balances_digest, "disputed": check_inputs.claims_digest}
    return {name: digest for name, digest in digests.items() if digest}


def _collect_cover_facts(report: ValidationReport, procedure: Procedure) -> dict[str, JsonValue]:
    """Return the fields of the cover by which the file reports itself; nothing if all of them are blank."""
    names = list_cover_field_names(procedure)
    fields = [field for field in report.cover if field.name in names]
    if not any(field.text for field in fields):
        return {}
    return {"cover": [asdict(field) for field in fields]}


def _count_by_severity(report: ValidationReport) -> dict[str, int]:
    return {
        "hard": report.count_findings(Severity.HARD),
        "soft": report.count_findings(Severity.SOFT),
        "notes": report.count_findings(Severity.REPORT),
    }


def _count_by_rule(report: ValidationReport, blocking_rules: Container[str]) -> dict[str, JsonValue]:
    """Count the open hard and soft findings by rule, with the related rules of each.

    A waiver clears its own rule alone. Related rules that block nothing are left out.
    """
    counts_by_severity: dict[str, JsonValue] = {}
    related_by_severity: dict[str, JsonValue] = {}
    for severity in (Severity.HARD, Severity.SOFT):
        findings = [finding for finding in report.findings if _is_open(finding, severity)]
        counts = Counter(finding.rule for finding in findings)
        if counts:
            counts_by_severity[severity.value] = dict(sorted(counts.items()))
        related = _list_related_rules(findings, blocking_rules)
        if related:
            related_by_severity[severity.value] = related
    if not related_by_severity:
        return {"found": counts_by_severity}
    return {"found": counts_by_severity, "related": related_by_severity}


def _list_related_rules(findings: Iterable[Finding], blocking_rules: Container[str]) -> dict[str, JsonValue]:
    related: dict[str, list[JsonValue]] = {}
    for finding in findings:
        rules = [rule for rule in finding.related_rules if rule in blocking_rules and rule != finding.rule]
        if rules:
            related.setdefault(finding.rule, []).append(" ".join(sorted(rules)))
    return dict(sorted(related.items()))


def _list_blocking_rules(job: Job, report: ValidationReport) -> frozenset[str]:
    """Return the rules whose findings block a submission: hard or soft ones that are not on trial.

    Nothing is compiled for a report in which no finding has related rules.
    """
    if not any(finding.related_rules for finding in report.findings):
        return frozenset()
    library = job.paths.open_contracts()
    rules = (rule for form in library.compile_all_forms() for rule in form.rules)
    return frozenset(rule.id for rule in rules if not rule.trial and _can_block(rule))


def _can_block(rule: Rule) -> bool:
    return {rule.severity, *rule.severities.values()} != {Severity.REPORT.value}


def _is_open(finding: Finding, severity: Severity) -> bool:
    return finding.severity is severity and not finding.trial and not finding.is_explained


def _write_outputs(
    job: Job, make_output: Callable[[ReturnContext, CountyState, SubmissionVersion, ChainContent], bytes]
) -> JobOutcome:
    """Write one output for each version of the job, and return the events that record them."""
    context = _create_return_context(job)
    procedure = context.library.get_procedure(job.procedure)
    versions = {version.sha256: version for version in job.county_state.versions}
    outcomes = []
    for sha256, path in zip(job.files, job.outputs, strict=True):
        chain = collect_chain_content(context, procedure, job.county_state, versions[sha256], job.notices)
        data = make_output(context, job.county_state, versions[sha256], chain)
        basis = job.basis or versions[sha256].report_sha256
        event = build_output_event(job.paths, path, data, basis=basis, county=job.county)
        staged_output = write_output(job.paths, path, data)
        line = ProgressLine("marked", {"path": path})
        outcomes.append(JobOutcome(((event, _build_event_key(job, event)),), (line,), (staged_output,)))
    return _merge_outcomes(outcomes)


def _build_event_key(job: Job, event: Event) -> str:
    """Return a key under which the same result is recorded only once, unless other entries come in between."""
    return f"{event.kind}:{_digest_event(event)}:after {job.entry_count}"


def _digest_event(event: Event) -> str:
    parts = [event.kind, event.year, event.county, event.sha256, dict(event.facts)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _merge_outcomes(outcomes: Iterable[JobOutcome]) -> JobOutcome:
    events: list[tuple[Event, str]] = []
    lines: list[ProgressLine] = []
    staged_outputs: list[tuple[Path, str]] = []
    for outcome in outcomes:
        events += outcome.events
        lines += outcome.lines
        staged_outputs += outcome.staged_outputs
    return JobOutcome(tuple(events), tuple(lines), tuple(staged_outputs))
