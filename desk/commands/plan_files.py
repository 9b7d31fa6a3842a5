"""The files that ``hesuan plan import`` writes, and what the record says of them."""

from collections.abc import Sequence
from pathlib import Path

from contracts.contract_library import ContractLibrary
from contracts.errors import ContractError
from contracts.messages import Messages
from contracts.plans import Plan, load_plan
from contracts.yaml_files import parse_yaml
from desk.commands.plan_request import ImportRequest
from desk.commands.plan_show import list_figures
from desk.console import print_error
from desk.error_sentences import format_contract_problem
from filing.html_pages import render_tables_page
from filing.pages.plan_page import build_plan_page
from flows.decisions.accept_plan import find_touched_years
from flows.year.locations import YearPaths
from ledger.atomic_files import write_atomically
from ledger.errors import LedgerMissingError
from notices.plan.import_plan import PlanImport
from notices.plan.plan_changes import PlanChange, compare_plans
from notices.plan.plan_file import format_duties, format_plan_file, name_plan
from review.county_state import find_recorded_roster


def write_plan_files(path: Path, result: PlanImport, request: ImportRequest, library: ContractLibrary) -> None:
    """Write the plan file, a page for its review, and who answers for what; say what a new edition changes.

    A plan file that lacks something for use is written all the same, and what it lacks is said.
    """
    messages, out = library.get_messages(), request.out or Path()
    county = request.county or find_county(library, result.plan.title)
    name = name_plan(result.plan, county)
    target = out / f"{name}.yaml"
    earlier = _load_plan(target) or _load_plan(library.root / "plans" / f"{name}.yaml")
    text = format_plan_file(result.plan, county, path.name)
    _write(target, text.encode(), messages)
    _write(out / messages("plan_page.name", id=name), _render_page(path, result, text, messages), messages)
    if result.plan.duties:
        _write(out / messages("plan_page.duties_name", id=name), format_duties(result.plan).encode(), messages)
    try:
        plan = load_plan(target)
    except ContractError as error:
        print_error(messages("notice.not_usable", problem=format_contract_problem(error)))
        return
    if earlier is not None:
        changes = compare_plans(earlier, plan)
        _print_changes(changes, messages)
        _print_touched_years(changes, plan, request, library)


def find_county(library: ContractLibrary, title: str) -> str:
    """Return the code of the only county on a register whose name the title of a plan has; empty if there is none."""
    codes = {
        county.code
        for register in library.list_registers()
        for county in register.counties.values()
        if county.name and county.name in title
    }
    if len(codes) != 1:
        return ""
    return codes.pop()


def _write(path: Path, data: bytes, messages: Messages) -> None:
    write_atomically(path, data)
    print_error(messages("notice.wrote", path=str(path)))


def _render_page(path: Path, result: PlanImport, plan_text: str, messages: Messages) -> bytes:
    plan = result.plan
    findings = [
        (messages(f"severity.{finding.severity}"), finding.sheet, finding.message + finding.remedy, finding.rule)
        for finding in result.findings
    ]
    page = build_plan_page(
        plan.title,
        messages("plan_page.document", document=plan.document_number, day=plan.issued_on, file=path.name),
        figures=list(list_figures(parse_yaml(plan_text, path.name), messages)),
        findings=findings,
        messages=messages,
    )
    return render_tables_page(page, messages)


def _load_plan(path: Path) -> Plan | None:
    try:
        return load_plan(path)
    except ContractError:
        return None


def _print_changes(changes: Sequence[PlanChange], messages: Messages) -> None:
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


def _print_touched_years(
    changes: Sequence[PlanChange], plan: Plan, request: ImportRequest, library: ContractLibrary
) -> None:
    """Name the filed years whose targets have changed, if there is a record."""
    years = {change.year for change in changes if change.year is not None}
    if not years or request.paths is None:
        return
    try:
        with request.paths.open_ledger(must_exist=True) as ledger:
            touched = list(find_touched_years(ledger, library, plan.county, sorted(years)))
    except LedgerMissingError:
        return
    if touched:
        messages = library.get_messages()
        print_error(messages("notice.touched", years=messages("filing.separator").join(map(str, touched))))


def find_roster_units(paths: YearPaths | None) -> tuple[str, ...]:
    """Return the units of the officers on the newest roster on record; empty without a record."""
    if paths is None:
        return ()
    try:
        with paths.open_ledger(must_exist=True) as ledger:
            roster = find_recorded_roster(ledger.list_entries())
    except LedgerMissingError:
        return ()
    if roster is None:
        return ()
    return tuple(dict.fromkeys(officer.unit for officer in roster.officers))
