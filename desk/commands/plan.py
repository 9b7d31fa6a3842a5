"""``hesuan plan``: read a plan from the notice that issues it, and show a plan file."""

from pathlib import Path

from checks.model.finding import Finding, Severity
from checks.reporting.json_codec import encode_finding
from contracts.contract_library import ContractLibrary
from contracts.errors import ContractError
from contracts.messages import Messages
from contracts.plans import Plan, load_plan
from desk.console import print_error, print_json, print_line
from desk.exit_codes import ExitCode
from flows.year.inbox import make_printable
from ledger.atomic_files import write_atomically
from notices.plan.import_plan import PlanImport, import_plan
from notices.plan.imported_plan import encode_imported_plan
from notices.plan.plan_changes import compare_plans
from notices.plan.plan_file import format_plan_file, name_plan
from notices.reading.read_notice import NoticeUnreadableError, read_notice


def import_plan_file(path: Path, library: ContractLibrary, *, county: str, out: Path | None, as_json: bool) -> ExitCode:
    """Print what a notice says and contradicts itself in; with *out* also write the plan file to that folder."""
    messages = library.get_messages()
    try:
        document = read_notice(_read_bytes(path))
    except NoticeUnreadableError as error:
        return _print_refusal(path, error.code, messages, as_json=as_json)
    result = import_plan(document, library.get_notice_vocabulary(), messages)
    if as_json:
        findings = list(map(encode_finding, result.findings))
        print_json({"plan": encode_imported_plan(result.plan), "findings": findings})
    else:
        _print_import(path, result, messages)
    if out is not None:
        _write_plan_file(out, path, result, county, library)
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


def _write_plan_file(out: Path, path: Path, result: PlanImport, county: str, library: ContractLibrary) -> None:
    """Write the plan file, and say what it changes if the plan is on file already, and what it lacks for use."""
    messages = library.get_messages()
    target = out / f"{name_plan(result.plan, county)}.yaml"
    earlier = _load_plan(target) or _find_filed_plan(library, name_plan(result.plan, county))
    text = format_plan_file(result.plan, county, path.name)
    write_atomically(target, text.encode())
    print_error(messages("notice.wrote", path=str(target)))
    try:
        plan = load_plan(target)
    except ContractError as error:
        print_error(messages("notice.not_usable", problem=str(error)))
        return
    if earlier is not None:
        _print_changes(earlier, plan, messages)


def _load_plan(path: Path) -> Plan | None:
    try:
        return load_plan(path)
    except ContractError:
        return None


def _find_filed_plan(library: ContractLibrary, name: str) -> Plan | None:
    return _load_plan(library.root / "plans" / f"{name}.yaml")


def _print_changes(before: Plan, after: Plan, messages: Messages) -> None:
    changes = compare_plans(before, after)
    print_error(messages("notice.changes" if changes else "notice.no_changes", count=len(changes)))
    for change in changes:
        print_error(
            messages(
                "notice.change",
                measure=change.measure,
                township=change.township or messages("notice.whole"),
                year=messages("filing.year", year=change.year) if change.year else messages("notice.all_years"),
                before=change.before or messages("notice.unknown"),
                after=change.after or messages("notice.unknown"),
            )
        )
