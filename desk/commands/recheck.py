"""``hesuan recheck``: show which results today's contracts would change; nothing is recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from checks.model.finding import Refusal
from checks.model.report import REFUSED
from contracts.lint.lint import require_valid_contracts
from contracts.messages import Messages
from desk.console import print_error, print_json, print_line
from desk.error_sentences import load_program_messages
from desk.exit_codes import ExitCode
from flows.run.recheck import RecheckResult, RecheckSummary, recheck_submissions
from flows.run.recheck_sums import sum_by_rule
from flows.year.locations import YearPaths


def show_recheck(paths: YearPaths) -> ExitCode:
    """Print what would change in one year."""
    return show_rechecks([paths], as_json=False)


def find_recorded_years(paths: YearPaths) -> list[int]:
    """Return every year that the ledger has; raise `LedgerMissingError` without one."""
    with paths.open_ledger(must_exist=True) as ledger:
        return ledger.list_years()


def show_rechecks(paths_by_year: Sequence[YearPaths], *, as_json: bool) -> ExitCode:
    """Print a line for each result that would change, how many submissions were checked again, and a sum by rule.

    Raises `InvalidContractsError` before anything is checked if the contracts have mistakes.
    """
    if not paths_by_year:
        print_error(load_program_messages()("recheck.none"))
        return ExitCode.USAGE
    library = paths_by_year[0].open_contracts()
    require_valid_contracts(library)
    messages = library.get_messages()
    summaries: dict[int, RecheckSummary] = {}
    for paths in paths_by_year:
        summary = recheck_submissions(paths)
        if summary is None:
            print_error(messages("archive.no_year", year=str(paths.year)))
            return ExitCode.USAGE
        summaries[paths.year] = summary
    if as_json:
        print_json(_encode_summaries(summaries))
    else:
        _print_summaries(summaries, paths_by_year, messages)
    if any(summary.changed_results for summary in summaries.values()):
        return ExitCode.FINDINGS
    return ExitCode.CLEAR


def _print_summaries(
    summaries: Mapping[int, RecheckSummary], paths_by_year: Sequence[YearPaths], messages: Messages
) -> None:
    for paths in paths_by_year:
        if len(paths_by_year) > 1:
            print_line(messages("recheck.year", year=str(paths.year)))
        for line in format_recheck(summaries[paths.year], paths, messages):
            print_line(line)
    for rule_sum in sum_by_rule(summaries.values()):
        key = "recheck.trial" if rule_sum.trial_findings else "recheck.sum"
        print_line(messages(key, **{name: str(value) for name, value in asdict(rule_sum).items()}))


def _encode_summaries(summaries: Mapping[int, RecheckSummary]) -> Mapping[str, Any]:
    return {
        "years": {str(year): _encode_summary(summary) for year, summary in summaries.items()},
        "rules": list(map(asdict, sum_by_rule(summaries.values()))),
    }


def _encode_summary(summary: RecheckSummary) -> Mapping[str, Any]:
    return {
        "rechecked": len(summary.results),
        "unaffected": summary.unaffected_count,
        "changed": list(map(_encode_result, summary.changed_results)),
    }


def _encode_result(result: RecheckResult) -> Mapping[str, Any]:
    after = REFUSED if isinstance(result.after, Refusal) else result.after.outcome
    rules = {rule: {"before": counts[0], "after": counts[1]} for rule, counts in result.rule_counts.items()}
    return {
        "county": result.county,
        "version": result.version,
        "state": result.state,
        "filed": result.is_filed,
        "before": result.before.outcome,
        "after": after,
        "rules": rules,
    }


def format_recheck(summary: RecheckSummary, paths: YearPaths, messages: Messages) -> Iterator[str]:
    """Yield a line for each changed result, then the line with the counts."""
    changed_results = summary.changed_results
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
