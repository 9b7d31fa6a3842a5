"""``hesuan rules``: the catalogue, or one rule with a passing and a failing example."""

from contracts.contract_library import Library
from contracts.messages import Wording
from contracts.rule_catalogue import Entry, catalogue
from contracts.rule_examples import Example
from desk.console import complain, say
from desk.exit_codes import Exit


def show_rules(library: Library, wanted: str | None) -> Exit:
    """Print every rule in force anywhere, or one of them."""
    words = library.wording()
    found = {one.id: one for one in catalogue(library)}
    if wanted is not None and wanted not in found:
        complain(words("rules.unknown", rule=wanted))
        return Exit.USAGE
    for rule in sorted(found) if wanted is None else [wanted]:
        say(_line(found[rule], words))
    if wanted is not None:
        _print_cases(found[wanted], library.examples(wanted), words)
    return Exit.CLEAR


def _line(entry: Entry, words: Wording) -> str:
    return words(
        "rules.line",
        rule=entry.id,
        severity="、".join(words(f"severity.{one}") for one in entry.severities),
        description=entry.description,
        basis=entry.basis,
        forms="、".join(entry.where),
    )


def _print_cases(entry: Entry, examples: tuple[Example, ...], words: Wording) -> None:
    """Rules on forms are shown by examples that are tried: the sample as it is passes, each change to it does not."""
    for base in dict.fromkeys(one.base for one in examples):
        say("  " + words("rules.passing", text=words(f"rules.base.{base}", description=entry.description)))
    for passing in entry.passing:
        say("  " + words("rules.passing", text=passing))
    for failing in entry.failing:
        say("  " + words("rules.failing", text=failing))
    for example in examples:
        say("  " + words("rules.failing", text=example.title))
        say("  " + words("rules.finds", message=example.message))
