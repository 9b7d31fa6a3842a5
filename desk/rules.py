"""``hesuan rules``: the catalogue, or one rule with a passing and a failing example."""

from collections.abc import Iterator

from contracts.examples import Example
from contracts.library import Library
from contracts.messages import Wording
from contracts.model import Form, Rule
from desk.console import complain, say
from desk.exits import Exit


def show_rules(library: Library, wanted: str | None) -> Exit:
    """Print every rule in force anywhere, or one of them."""
    words = library.wording()
    found = dict(_catalogue(library))
    if wanted is not None and wanted not in found:
        complain(words("rules.unknown", rule=wanted))
        return Exit.USAGE
    for rule_id in sorted(found) if wanted is None else [wanted]:
        rule, forms = found[rule_id]
        say(_line(rule, forms, words))
    if wanted is not None:
        for example in library.examples(wanted):
            _print_example(example, words)
    return Exit.CLEAR


def _catalogue(library: Library) -> Iterator[tuple[str, tuple[Rule, list[Form]]]]:
    found: dict[str, tuple[Rule, list[Form]]] = {}
    for form in library.all_forms():
        for rule in form.rules:
            found.setdefault(rule.id, (rule, []))[1].append(form)
    yield from found.items()


def _line(rule: Rule, forms: list[Form], words: Wording) -> str:
    severity = words(f"severity.{rule.severity}")
    names = "、".join(form.title for form in forms)
    return words(
        "rules.line",
        rule=rule.id,
        severity=severity,
        description=rule.description,
        basis=rule.basis,
        forms=names,
    )


def _print_example(example: Example, words: Wording) -> None:
    say("  " + words("rules.passing", text=words("rules.as_issued")))
    say("  " + words("rules.failing", text=example.title))
    say("  " + words("rules.finds", message=example.message))
