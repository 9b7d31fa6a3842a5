"""``hesuan plan accept``: record that a plan file was reviewed and accepted."""

from pathlib import Path

from contracts.contract_library import ContractLibrary
from contracts.errors import ContractError
from contracts.plans import load_plan
from desk.console import print_error, print_line
from desk.error_sentences import format_contract_problem
from desk.exit_codes import ExitCode
from flows.decisions.accept_plan import PlanAcceptance, accept_plan
from flows.decisions.refusal_text import format_decision_refusal
from flows.year.locations import YearPaths
from review.proposal import DecisionRefusal


def accept_plan_file(paths: YearPaths, path: Path, library: ContractLibrary, acceptance: PlanAcceptance) -> ExitCode:
    """Record the acceptance; a plan file that cannot be used is refused as a wrong setting (2)."""
    messages = library.get_messages()
    try:
        plan = load_plan(path)
    except ContractError as error:
        print_error(messages("notice.not_usable", problem=format_contract_problem(error)))
        return ExitCode.USAGE
    accepted = accept_plan(paths, plan, path.read_bytes(), acceptance)
    if isinstance(accepted, DecisionRefusal):
        print_error(messages("decide.refused", reason=format_decision_refusal(accepted, messages)))
        return ExitCode.REFUSED_ACTION
    facts = {name: str(accepted.event.facts[name]) for name in ("plan", "number", "title", "date")}
    print_line(messages("notice.accepted" if accepted.is_new else "decide.repeated", **facts))
    return ExitCode.CLEAR
