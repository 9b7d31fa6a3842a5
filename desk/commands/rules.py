"""``hesuan rules``: the catalogue, or one rule with a passing and a failing example."""

from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from contracts.rule_catalogue import CatalogueEntry, build_catalogue
from contracts.rule_examples import RuleExample
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode


def show_rules(library: ContractLibrary, rule_id: str | None) -> ExitCode:
    """Print every rule in force anywhere, or one of them."""
    words = library.get_messages()
    found = {one.id: one for one in build_catalogue(library)}
    if rule_id is not None and rule_id not in found:
        print_error(words("rules.unknown", rule=rule_id))
        return ExitCode.USAGE
    for rule in sorted(found) if rule_id is None else [rule_id]:
        print_line(_format_entry(found[rule], words))
    if rule_id is not None:
        _print_cases(found[rule_id], library.list_examples(rule_id), words)
    return ExitCode.CLEAR


def _format_entry(entry: CatalogueEntry, messages: Messages) -> str:
    return messages(
        "rules.line",
        rule=entry.id,
        severity="、".join(messages(f"severity.{one}") for one in entry.severities),
        description=entry.description,
        basis=entry.basis,
        forms="、".join(entry.applies_to),
    )


def _print_cases(entry: CatalogueEntry, examples: tuple[RuleExample, ...], messages: Messages) -> None:
    """Rules on forms are shown by examples that are tried: the sample as it is passes, each change to it does not."""
    for base in dict.fromkeys(one.base for one in examples):
        print_line("  " + messages("rules.passing", text=messages(f"rules.base.{base}", description=entry.description)))
    for passing in entry.passing:
        print_line("  " + messages("rules.passing", text=passing))
    for failing in entry.failing:
        print_line("  " + messages("rules.failing", text=failing))
    for example in examples:
        print_line("  " + messages("rules.failing", text=example.title))
        print_line("  " + messages("rules.finds", message=example.message))
