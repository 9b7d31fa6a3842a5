"""``hesuan recheck``: show which results today's contracts would change; nothing is recorded."""

from collections.abc import Iterator

from checks.model.finding import Refusal
from contracts.messages import Messages
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.run.recheck import RecheckResult, RecheckSummary, recheck_submissions
from flows.year.locations import YearPaths


def show_recheck(paths: YearPaths) -> ExitCode:
    """Print a line for each result that would change, and how many submissions were checked again."""
    messages = paths.open_contracts().get_messages()
    summary = recheck_submissions(paths)
    if summary is None:
        print_error(messages("archive.no_year", year=str(paths.year)))
        return ExitCode.USAGE
    for line in format_recheck(summary, paths, messages):
        print_line(line)
    if any(result.has_changes for result in summary.results):
        return ExitCode.FINDINGS
    return ExitCode.CLEAR


def format_recheck(summary: RecheckSummary, paths: YearPaths, messages: Messages) -> Iterator[str]:
    """Yield a line for each changed result, then the line with the counts."""
    changed_results = [result for result in summary.results if result.has_changes]
    state_names: dict[str, str] = {}
    for procedure in paths.open_contracts().list_procedures():
        state_names.update(procedure.states)
    for result in changed_results:
        yield messages(
            "recheck.changed",
            code=result.county,
            version=str(result.version),
            state=state_names[result.state],
            before=messages(f"outcome.{result.before.outcome}"),
            after=_format_new_outcome(result, messages),
        )
    yield messages(
        "recheck.counted",
        count=str(len(summary.results)),
        changed=str(len(changed_results)),
        untouched=str(summary.unaffected_count),
    )


def _format_new_outcome(result: RecheckResult, messages: Messages) -> str:
    if isinstance(result.after, Refusal):
        return messages("recheck.refused", message=result.after.message)
    rules: list[str] = []
    for rule, (before, after) in result.rule_counts.items():
        rules.append(messages("recheck.rule", rule=rule, before=str(before), after=str(after)))
    return messages("recheck.outcome", outcome=messages(f"outcome.{result.after.outcome}"), rules="、".join(rules))
