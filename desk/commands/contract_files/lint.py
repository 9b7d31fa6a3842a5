"""``hesuan contracts lint``: print the mistakes in the contracts, each with file, line and remedy."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.contract_library import ContractLibrary
from contracts.lint.lint import count_contents, lint_contracts
from contracts.lint.problems import ContractProblem
from contracts.messages import Messages
from desk.console import print_json, print_line
from desk.contract_problem_text import format_problem
from desk.error_sentences import load_program_messages
from desk.exit_codes import ExitCode


def show_lint(library: ContractLibrary, *, as_json: bool) -> ExitCode:
    """Print every mistake; the exit code tells whether any is an error, or all are only worth a look."""
    problems, messages = lint_contracts(library), load_program_messages()
    if as_json:
        print_json({"problems": [_encode_problem(problem, messages) for problem in problems]})
    else:
        _print_problems(problems, library, messages)
    if any(problem.is_error for problem in problems):
        return ExitCode.USAGE
    if problems:
        return ExitCode.FINDINGS
    return ExitCode.CLEAR


def _print_problems(problems: Sequence[ContractProblem], library: ContractLibrary, messages: Messages) -> None:
    if not problems:
        print_line(messages("lint.clean", **count_contents(library)))
        return
    for problem in problems:
        print_line(format_problem(problem, messages))
    error_count = sum(problem.is_error for problem in problems)
    warning_count = len(problems) - error_count
    print_line(messages("lint.counted", errors=str(error_count), warnings=str(warning_count)))


def _encode_problem(problem: ContractProblem, messages: Messages) -> Mapping[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "code": problem.code,
        "severity": "error" if problem.is_error else "warning",
        "facts": dict(problem.facts),
        "text": format_problem(problem, messages),
    }
