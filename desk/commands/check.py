"""``hesuan check``: check workbooks here and now; no ledger, nothing written but what --out asks for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.model.finding import Refusal, Severity
from checks.model.report import REFUSED, ValidationReport
from checks.reporting.json_codec import encode_finding, encode_refusal
from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from desk.console import print_error, print_json, print_line
from desk.exit_codes import ExitCode
from flows.year.inbox import make_printable
from workbooks.examine import validate_file
from workbooks.gate.file_access import read_submission_bytes


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file as checked."""

    path: Path
    sha256: str | None
    data: bytes
    result: ValidationReport | Refusal

    @property
    def printable_path(self) -> str:
        """The file's path, safe to print."""
        return make_printable(str(self.path))


def check_files(paths: list[Path], library: ContractLibrary, *, as_json: bool, out: Path | None) -> ExitCode:
    """Check each file and print what was found; one bad file does not change what is said of another."""
    words = library.get_messages()
    worst = ExitCode.CLEAR
    written: set[Path] = set()
    for path in paths:
        checked = load_and_check(path, library, words, alone=len(paths) == 1)
        if as_json:
            print_json(build_json_result(checked))
        else:
            _print_result(checked, words)
        if out is not None:
            _write_marked_workbook(checked, out, library, written)
        worst = max(worst, _determine_exit_code(checked.result))
    return worst


def build_json_result(checked: CheckedFile) -> dict[str, Any]:
    """Return the object that ``--format json`` promises."""
    result = checked.result
    identity = None if isinstance(result, Refusal) else result.identity
    return {
        "outcome": REFUSED if isinstance(result, Refusal) else result.outcome,
        "refusal": encode_refusal(result) if isinstance(result, Refusal) else None,
        "file": checked.printable_path,
        "sha256": checked.sha256,
        "county": identity.county if identity else None,
        "year": identity.year if identity else None,
        "findings": [] if isinstance(result, Refusal) else [encode_finding(one) for one in result.findings],
    }


def load_and_check(path: Path, library: ContractLibrary, messages: Messages, *, alone: bool = False) -> CheckedFile:
    """Read one file and check it; *alone* says that no other follows."""
    data = read_submission_bytes(path, messages)
    if isinstance(data, Refusal):
        return CheckedFile(path, None, b"", data)
    return CheckedFile(
        path, hashlib.sha256(data).hexdigest(), data, validate_file(data, library, messages, is_only_file=alone)
    )


def _determine_exit_code(result: ValidationReport | Refusal) -> ExitCode:
    if isinstance(result, Refusal):
        return ExitCode.REFUSED_FILE
    return ExitCode.FINDINGS if result.count_findings(Severity.HARD) else ExitCode.CLEAR


def _print_result(checked: CheckedFile, messages: Messages) -> None:
    result = checked.result
    if isinstance(result, Refusal):
        place = "!".join(one for one in (result.sheet, result.cell) if one)
        print_line(messages("check.refused", file=checked.printable_path, place=place, code=result.code))
        print_line(f"  {make_printable(result.message)}{make_printable(result.remedy)}")
        return
    print_line(messages("check.summary", file=checked.printable_path, **_format_counts(result, messages)))
    for one in result.findings:
        place = f"{make_printable(one.sheet)}!{one.cell}" if one.cell else make_printable(one.sheet)
        rules = "、".join((one.rule, *one.related_rules))
        weight = messages("severity.trial") if one.trial else messages(f"severity.{one.severity}")
        print_line(
            f"  [{weight}] {place}  {make_printable(one.message)}{make_printable(one.get_full_remedy)}（{rules}）"
        )
    for skipped in result.not_run:
        reason = messages(f"not_run.{skipped.reason}")
        print_line("  " + messages("not_run.text", form=skipped.form, rule=skipped.rule, reason=reason))


def _format_counts(report: ValidationReport, messages: Messages) -> Mapping[str, str]:
    return {
        "outcome": messages(f"outcome.{report.outcome}"),
        "hard": str(report.count_findings(Severity.HARD)),
        "soft": str(report.count_findings(Severity.SOFT)),
        "notes": str(report.count_findings(Severity.REPORT)),
    }


def _write_marked_workbook(checked: CheckedFile, out: Path, library: ContractLibrary, written_paths: set[Path]) -> None:
    """Write what the county would get back: its workbook marked, and the page."""
    if isinstance(checked.result, Refusal):
        return
    from flows.intake.returned_files import MarkingContext, SubmittedFile, build_returned_files  # noqa: PLC0415 - only where something is written
    from ledger.atomic_files import write_atomically  # noqa: PLC0415 - as above

    words, sha256 = library.get_messages(), checked.sha256 or ""
    sent = SubmittedFile(make_printable(checked.path.name), sha256, checked.data)
    marked, page = build_returned_files(MarkingContext(library, words), sent, checked.result)
    for name, data in (("check.marked_name", marked), ("check.page_name", page)):
        path = out / words(name, stem=checked.path.stem)
        if path in written_paths:
            path = out / words(name, stem=f"{checked.path.stem}-{sha256[:8]}")
        written_paths.add(path)
        write_atomically(path, data)
        print_error(words("check.marked", path=str(path)))  # standard output belongs to the findings
