"""``hesuan rules``: print the catalogue of rules, or one rule with passing and failing examples."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from contracts.contract_library import ContractLibrary
from contracts.lint.lint import require_valid_contracts
from contracts.messages import Messages
from contracts.rule_catalogue import CatalogueEntry, build_catalogue
from contracts.rule_examples import RuleExample
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode

RULE_CHAPTER: Final = "docs/rules.md"


def show_rules(library: ContractLibrary, rule_id: str | None, today: date) -> ExitCode:
    """Print every rule, those out of force on the day *today* last, or only the one with *rule_id* and its examples.

    Raises `InvalidContractsError` if the contracts have mistakes.
    """
    require_valid_contracts(library)
    messages = library.get_messages()
    entries_by_id = {entry.id: entry for entry in build_catalogue(library)}
    if rule_id is None:
        _print_catalogue([entry for _, entry in sorted(entries_by_id.items())], messages, today)
        return ExitCode.CLEAR
    if rule_id not in entries_by_id:
        print_error(messages("rules.unknown", rule=rule_id))
        return ExitCode.USAGE
    entry = entries_by_id[rule_id]
    print_line(_format_entry(entry, messages))
    _print_use(entry, messages, today)
    _print_cases(entry, library.list_examples(rule_id), messages)
    return ExitCode.CLEAR


def _print_catalogue(entries: Sequence[CatalogueEntry], messages: Messages, today: date) -> None:
    ended = [entry for entry in entries if entry.has_ended(today)]
    for entry in entries:
        if entry not in ended:
            print_line(_format_entry(entry, messages))
    if ended:
        print_line(messages("rules.ended_heading", count=str(len(ended))))
        for entry in ended:
            print_line("  " + _format_entry(entry, messages))


def _format_entry(entry: CatalogueEntry, messages: Messages) -> str:
    line = messages(
        "rules.line",
        rule=entry.id,
        severity="、".join(messages(f"severity.{severity}") for severity in entry.severities),
        description=entry.description,
        basis=entry.basis,
        forms="、".join(entry.applies_to),
    )
    return line + "".join(_iter_marks(entry, messages))


def _iter_marks(entry: CatalogueEntry, messages: Messages) -> Iterator[str]:
    """Yield what is out of the ordinary: the days from and until which a rule is in force, and that it is on trial."""
    if entry.since is not None:
        yield messages("rules.since", day=entry.since.isoformat())
    if entry.until is not None:
        yield messages("rules.until", day=entry.until.isoformat())
    if entry.is_trial:
        yield messages("rules.trial")


def _print_use(entry: CatalogueEntry, messages: Messages, today: date) -> None:
    """Print where a rule is used, and the place of its section in the rule chapter."""
    if entry.has_ended(today):
        print_line("  " + messages("rules.ended"))
    if entry.form_names:
        forms, packages = "、".join(entry.form_names), "、".join(entry.packages) or messages("rules.nowhere")
        print_line("  " + messages("rules.used", forms=forms, packages=packages))
    print_line("  " + messages("rules.page", page=f"{RULE_CHAPTER}#{_build_anchor(entry)}"))


def _build_anchor(entry: CatalogueEntry) -> str:
    """Return the anchor that Markdown viewers give to the heading of a rule: no punctuation, dashes for spaces."""
    heading = re.sub(r"[^\w\- ]", "", f"{entry.id} {entry.description}".lower())
    return heading.replace(" ", "-")


def _print_cases(entry: CatalogueEntry, examples: tuple[RuleExample, ...], messages: Messages) -> None:
    """Print the examples of one rule.

    A rule on a form has tested examples: its valid base submission passes, and each edit of it fails. Other rules have
    examples in words.
    """
    for base in dict.fromkeys(example.base for example in examples):
        print_line("  " + messages("rules.passing", text=messages(f"rules.base.{base}", description=entry.description)))
    for passing in entry.passing:
        print_line("  " + messages("rules.passing", text=passing))
    for failing in entry.failing:
        print_line("  " + messages("rules.failing", text=failing))
    for example in examples:
        print_line("  " + messages("rules.failing", text=example.title))
        print_line("  " + messages("rules.finds", message=example.message))
