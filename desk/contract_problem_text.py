"""Mistakes in contract files as lines of text: file, line, what is wrong, what to do."""

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.lint.loading import LOADING_CODE
from contracts.lint.problems import ContractProblem, InvalidContractsError
from contracts.messages import Messages

MAX_PROBLEMS_TOLD: Final = 20
_FACTS_AS_KEYS: Final = frozenset({"kind", "reason"})


def format_problem(problem: ContractProblem, messages: Messages) -> str:
    """Return one mistake as one line, which begins with file and line as compilers print them."""
    facts = dict(problem.facts)
    for name in _FACTS_AS_KEYS & facts.keys():
        facts[name] = messages(f"lint.{name}.{facts[name]}", **facts)
    if problem.code == LOADING_CODE:
        facts["problem"] = messages(f"contract_problem.{facts['cause']}", **facts)
    severity = messages("lint.severity.error" if problem.is_error else "lint.severity.warning")
    sentences = {part: messages(f"lint.{problem.code}.{part}", **facts) for part in ("message", "remedy")}
    return messages(
        "lint.line", file=problem.file, line=str(problem.line), code=problem.code, severity=severity, **sentences
    )


def format_invalid_contracts(error: InvalidContractsError, messages: Messages) -> str:
    """Return the sentence on contracts with mistakes, and a line for each of the first of them."""
    return "\n".join(_iter_lines(error.problems, messages))


def _iter_lines(problems: Sequence[ContractProblem], messages: Messages) -> Iterator[str]:
    yield messages("lint.refused", count=str(len(problems)))
    for problem in problems[:MAX_PROBLEMS_TOLD]:
        yield format_problem(problem, messages)
    if len(problems) > MAX_PROBLEMS_TOLD:
        yield messages("lint.more", count=str(len(problems) - MAX_PROBLEMS_TOLD))
