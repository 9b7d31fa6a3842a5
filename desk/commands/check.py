"""``hesuan check``: check workbooks without a ledger; writes files only if --out is given."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from checks.model.finding import Finding, Refusal, Severity
from checks.model.report import REFUSED, ValidationReport
from checks.reporting.json_codec import encode_finding, encode_refusal
from checks.reporting.place_texts import format_place
from checks.versions.finding_key import compute_finding_id
from contracts.contract_library import ContractLibrary
from contracts.lint.lint import require_valid_contracts
from contracts.messages import LIST_SEPARATOR, Messages
from desk.checked_file import CheckedFile
from desk.console import print_error, print_json, print_line
from desk.exit_codes import ExitCode
from desk.output_formats import CheckFormat
from flows.year.inbox import make_printable
from workbooks.examine import validate_file
from workbooks.gate.file_access import read_submission_bytes


def check_files(
    paths: list[Path], library: ContractLibrary, *, check_format: CheckFormat, out: Path | None
) -> ExitCode:
    """Check each file, print its findings and return the highest exit code; a bad file does not affect the others.

    Raises `InvalidContractsError` before any file is read if the contracts have mistakes.
    """
    require_valid_contracts(library)
    messages = library.get_messages()
    checked_files: list[CheckedFile] = []
    written_paths: set[Path] = set()
    for path in paths:
        checked = load_and_check(path, library, messages, alone=len(paths) == 1)
        if check_format is CheckFormat.JSON:
            print_json(build_json_result(checked))
        elif check_format is CheckFormat.TEXT:
            _print_result(checked, messages)
        if out is not None:
            _write_marked_workbook(checked, out, library, written_paths)
        checked_files.append(replace(checked, data=b""))  # the documents need the results only
    _print_document(checked_files, check_format)
    return max(_determine_exit_code(checked.result) for checked in checked_files)


def _print_document(checked_files: list[CheckedFile], check_format: CheckFormat) -> None:
    """Print the document of all files, if the format has one."""
    if check_format is CheckFormat.SARIF:
        from desk.exports.sarif_log import build_sarif_log  # noqa: PLC0415 - its library is only used here

        print_line(build_sarif_log(checked_files))
    elif check_format is CheckFormat.JUNIT:
        from desk.exports.junit_report import build_junit_report  # noqa: PLC0415 - as above

        print_line(build_junit_report(checked_files))


def build_json_result(checked: CheckedFile) -> dict[str, Any]:
    """Return the object that ``--format json`` prints for one file."""
    result = checked.result
    source = {"file": checked.printable_path, "sha256": checked.sha256}
    if isinstance(result, Refusal):
        refusal = encode_refusal(result)
        return {"outcome": REFUSED, "refusal": refusal, **source, "county": None, "year": None, "findings": []}
    return {
        "outcome": result.outcome,
        "refusal": None,
        **source,
        "county": result.identity.county,
        "year": result.identity.year,
        "findings": [{"id": compute_finding_id(finding), **encode_finding(finding)} for finding in result.findings],
    }


def load_and_check(path: Path, library: ContractLibrary, messages: Messages, *, alone: bool = False) -> CheckedFile:
    """Read and check one file; *alone* tells that it is the only file of the command."""
    data = read_submission_bytes(path, messages)
    if isinstance(data, Refusal):
        return CheckedFile(path, None, b"", data)
    sha256 = hashlib.sha256(data).hexdigest()
    return CheckedFile(path, sha256, data, validate_file(data, library, messages, is_only_file=alone))


def _determine_exit_code(result: ValidationReport | Refusal) -> ExitCode:
    if isinstance(result, Refusal):
        return ExitCode.REFUSED_FILE
    if result.count_findings(Severity.HARD):
        return ExitCode.FINDINGS
    return ExitCode.CLEAR


def _print_result(checked: CheckedFile, messages: Messages) -> None:
    result = checked.result
    if isinstance(result, Refusal):
        location = "!".join(filter(None, (result.sheet, result.cell)))
        print_line(messages("check.refused", file=checked.printable_path, place=location, code=result.code))
        message, remedy = make_printable(result.message), make_printable(result.remedy)
        print_line("  " + messages("check.sentences", message=message, remedy=remedy))
        return
    print_line(messages("check.summary", file=checked.printable_path, **_format_counts(result, messages)))
    for finding in result.findings:
        print_line(_format_finding(finding, messages))
    for skipped_rule in result.not_run:
        reason = messages(f"not_run.{skipped_rule.reason}")
        print_line("  " + messages("not_run.text", form=skipped_rule.form, rule=skipped_rule.rule, reason=reason))


def _format_finding(finding: Finding, messages: Messages) -> str:
    location = make_printable(finding.sheet)
    if finding.cell:
        location += f"!{finding.cell}"
    place = format_place(finding)
    if place:
        location += messages("check.named_place", place=make_printable(place))
    severity = messages("severity.trial") if finding.trial else messages(f"severity.{finding.severity}")
    message, remedy = make_printable(finding.message), make_printable(finding.full_remedy)
    text = messages("check.sentences", message=message, remedy=remedy)
    rules = LIST_SEPARATOR.join((finding.rule, *finding.related_rules))
    return "  " + messages("check.finding", severity=severity, location=location, text=text, rules=rules)


def _format_counts(report: ValidationReport, messages: Messages) -> Mapping[str, str]:
    return {
        "outcome": messages(f"outcome.{report.outcome}"),
        "hard": str(report.count_findings(Severity.HARD)),
        "soft": str(report.count_findings(Severity.SOFT)),
        "notes": str(report.count_findings(Severity.REPORT)),
    }


def _write_marked_workbook(checked: CheckedFile, out: Path, library: ContractLibrary, written_paths: set[Path]) -> None:
    """Write what would be returned to the county: its marked workbook and the page."""
    if isinstance(checked.result, Refusal):
        return
    from flows.intake.returned_files import MarkingContext, SubmittedFile, build_returned_files  # noqa: PLC0415 - only used with --out
    from ledger.atomic_files import write_atomically  # noqa: PLC0415 - as above

    messages = library.get_messages()
    sha256 = checked.sha256 or ""
    submitted = SubmittedFile(make_printable(checked.path.name), sha256, checked.data)
    workbook, page = build_returned_files(MarkingContext(library, messages), submitted, checked.result)
    for name_key, data in (("check.marked_name", workbook), ("check.page_name", page)):
        path = out / messages(name_key, stem=checked.path.stem)
        if path in written_paths:
            path = out / messages(name_key, stem=f"{checked.path.stem}-{sha256[:8]}")
        written_paths.add(path)
        write_atomically(path, data)
        # Standard output is for the findings only.
        print_error(messages("check.marked", path=str(path)))
