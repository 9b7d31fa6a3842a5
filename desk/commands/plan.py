"""``hesuan plan``: read a plan from the notice that issues it, and show a plan file."""

from pathlib import Path

from checks.model.finding import Finding, Severity
from checks.reporting.json_codec import encode_finding
from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from desk.commands.plan_files import find_roster_units, write_plan_files
from desk.commands.plan_request import ImportRequest
from desk.console import print_json, print_line
from desk.exit_codes import ExitCode
from flows.year.inbox import make_printable
from notices.plan.import_plan import PlanImport, import_plan
from notices.plan.imported_plan import encode_imported_plan
from notices.reading.read_notice import NoticeUnreadableError, read_notice


def import_plan_file(path: Path, library: ContractLibrary, request: ImportRequest, *, as_json: bool) -> ExitCode:
    """Print what a notice says and contradicts itself in; with a folder to write to, also write the plan's files."""
    messages = library.get_messages()
    try:
        document = read_notice(_read_bytes(path))
    except NoticeUnreadableError as error:
        return _print_refusal(path, error.code, messages, as_json=as_json)
    units = find_roster_units(request.paths)
    result = import_plan(document, library.get_notice_vocabulary(), messages, roster_units=units)
    if as_json:
        findings = list(map(encode_finding, result.findings))
        print_json({"plan": encode_imported_plan(result.plan), "findings": findings})
    else:
        _print_import(path, result, messages)
    if request.out is not None:
        write_plan_files(path, result, request, library)
    if any(finding.severity is Severity.HARD for finding in result.findings):
        return ExitCode.FINDINGS
    return ExitCode.CLEAR


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoticeUnreadableError("missing") from error


def _print_refusal(path: Path, code: str, messages: Messages, *, as_json: bool) -> ExitCode:
    message = messages(f"notice.unreadable.{code}")
    if as_json:
        print_json({"plan": None, "findings": [], "refusal": {"code": code, "message": message}})
    else:
        print_line(f"{make_printable(str(path))}：{message}")
    return ExitCode.REFUSED_FILE


def _print_import(path: Path, result: PlanImport, messages: Messages) -> None:
    plan, unknown = result.plan, messages("notice.unknown")
    print_line(
        messages(
            "notice.summary",
            file=make_printable(str(path)),
            document=plan.document_number or unknown,
            title=plan.title,
            count=len(plan.programmes),
            hard=_count(result, Severity.HARD),
            soft=_count(result, Severity.SOFT),
            notes=_count(result, Severity.REPORT),
        )
    )
    for programme in plan.programmes:
        total = str(programme.total.value) if programme.total is not None else unknown
        facts = {"annex": programme.annex, "name": programme.name, "total": total, "unit": programme.unit}
        print_line(messages("notice.programme", townships=len(programme.townships), **facts))
    for finding in result.findings:
        print_line(_format_finding(finding, messages))


def _count(result: PlanImport, severity: Severity) -> int:
    return sum(finding.severity is severity for finding in result.findings)


def _format_finding(finding: Finding, messages: Messages) -> str:
    return messages(
        "notice.finding_line",
        severity=messages(f"severity.{finding.severity}"),
        place=make_printable(finding.sheet),
        text=make_printable(finding.message + finding.remedy),
        rule=finding.rule,
    )
