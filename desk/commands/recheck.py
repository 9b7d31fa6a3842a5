"""``hesuan recheck``: which verdicts the contracts of today would change; nothing is recorded."""

from collections.abc import Iterator

from checks.model.finding import Refusal
from contracts.messages import Messages
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.run.recheck import RecheckResult, RecheckSummary, recheck_submissions
from flows.year.locations import YearPaths


def show_recheck(paths: YearPaths) -> ExitCode:
    """Print a line for each verdict that would change, and how many were looked at."""
    words = paths.open_contracts().get_messages()
    found = recheck_submissions(paths)
    if found is None:
        print_error(words("archive.no_year", year=str(paths.year)))
        return ExitCode.USAGE
    for line in format_recheck(found, paths, words):
        print_line(line)
    return ExitCode.FINDINGS if any(one.has_changes for one in found.results) else ExitCode.CLEAR


def format_recheck(summary: RecheckSummary, paths: YearPaths, messages: Messages) -> Iterator[str]:
    """Return what people read."""
    changed = [one for one in summary.results if one.has_changes]
    states = {name: state for one in paths.open_contracts().list_procedures() for name, state in one.states.items()}
    for one in changed:
        facts = {"code": one.county, "version": str(one.version), "state": states[one.state]}
        yield messages(
            "recheck.changed",
            **facts,
            before=messages(f"outcome.{one.before.outcome}"),
            after=_format_new_outcome(one, messages),
        )
    counts = {"count": len(summary.results), "changed": len(changed), "untouched": summary.unaffected_count}
    yield messages("recheck.counted", **{name: str(count) for name, count in counts.items()})


def _format_new_outcome(result: RecheckResult, messages: Messages) -> str:
    if isinstance(result.after, Refusal):
        return messages("recheck.refused", message=result.after.message)
    rules = (
        messages("recheck.rule", rule=rule, before=str(before), after=str(after))
        for rule, (before, after) in result.rule_counts.items()
    )
    return messages("recheck.outcome", outcome=messages(f"outcome.{result.after.outcome}"), rules="、".join(rules))
