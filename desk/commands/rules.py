"""``hesuan rules``: print the catalogue of rules, or one rule with passing and failing examples."""

from contracts.contract_library import ContractLibrary
from contracts.lint.lint import require_valid_contracts
from contracts.messages import Messages
from contracts.rule_catalogue import CatalogueEntry, build_catalogue
from contracts.rule_examples import RuleExample
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode


def show_rules(library: ContractLibrary, rule_id: str | None) -> ExitCode:
    """Print every rule, or only the one with *rule_id* and its examples."""
    require_valid_contracts(library)
    messages = library.get_messages()
    entries_by_id = {entry.id: entry for entry in build_catalogue(library)}
    if rule_id is None:
        for _, entry in sorted(entries_by_id.items()):
            print_line(_format_entry(entry, messages))
        return ExitCode.CLEAR
    if rule_id not in entries_by_id:
        print_error(messages("rules.unknown", rule=rule_id))
        return ExitCode.USAGE
    print_line(_format_entry(entries_by_id[rule_id], messages))
    _print_cases(entries_by_id[rule_id], library.list_examples(rule_id), messages)
    return ExitCode.CLEAR


def _format_entry(entry: CatalogueEntry, messages: Messages) -> str:
    return messages(
        "rules.line",
        rule=entry.id,
        severity="、".join(messages(f"severity.{severity}") for severity in entry.severities),
        description=entry.description,
        basis=entry.basis,
        forms="、".join(entry.applies_to),
    )


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
