"""Turn violations into findings; all sentences come from the contracts, none from the code."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, FindingMember, Severity
from checks.model.quoted_text import quote_facts, quote_text
from checks.model.report import find_gravest_severity
from checks.model.short_digests import digest_rules, list_argument_names
from checks.model.violation import Phrase, Violation
from checks.reporting.member_texts import format_members
from contracts.messages import Messages


def build_findings(violations: Iterable[Violation], messages: Messages) -> tuple[Finding, ...]:
    """Return one finding per root cause, gravest severity first.

    Violations of several rules at the same cell are one finding.
    """
    findings: list[Finding] = []
    for _, violations_of_cause in groupby(sorted(violations, key=_get_cause_key), key=_get_cause_key):
        findings.append(_build_finding(list(violations_of_cause), messages))
    return tuple(sorted(findings, key=lambda finding: finding.severity.rank))


def get_severity(violation: Violation) -> Severity:
    """Return the severity of a violation."""
    return Severity(violation.rule.get_severity(violation.variant))


def _get_cause_key(violation: Violation) -> tuple[object, ...]:
    """Return the key of the cause: sheet and cell, or sheet and rule without a cell.

    A report-only violation or one of a trial rule is never merged with another rule's.
    """
    rule, cell = violation.rule, violation.cell
    kept_apart = (get_severity(violation) is Severity.REPORT, rule.trial)
    if cell is None:
        return (violation.sheet, 0, rule.id + violation.variant, *kept_apart, rule.id)
    own_rule = ""
    if any(kept_apart):
        own_rule = rule.id
    if violation.members:
        # A group keeps its explanation place; what else is wrong at its first cell is another finding.
        own_rule = rule.id + violation.variant
    return (cell.sheet, len(cell.address), cell.address, *kept_apart, own_rule)


def _build_finding(violations: Sequence[Violation], messages: Messages) -> Finding:
    ordered = sorted(violations, key=lambda violation: (violation.rule.phase.rank, violation.rule.id))
    first = ordered[0]
    # The first violation that suggests a repair; the finding takes its expected value, remedy and repairs from it.
    repairable = next((violation for violation in ordered if violation.repairs), first)
    return Finding(
        rule=first.rule.id,
        severity=find_gravest_severity(map(get_severity, violations)),
        sheet=first.sheet,
        cell=_get_address(first.cell),
        cells=_collect_cells(ordered),
        value=_quote_value(_get_first_known(first.value, repairable.value), messages),
        expected=_get_first_known(repairable.expected, first.expected),
        difference=_get_first_known(repairable.difference, first.difference),
        message=_format_sentence("message", first, messages) + _format_others("message", first, messages),
        remedy=_format_sentence("remedy", repairable, messages) + _format_others("remedy", first, messages),
        basis=first.rule.basis,
        related_rules=_list_related_rules(ordered),
        repairs=repairable.repairs,
        trial=first.rule.trial,
        members=tuple(_build_member(member, messages) for member in first.members),
        member_count=first.member_count,
        rule_digest=digest_rules(violation.rule for violation in ordered),
        read_columns=list_argument_names(violation.rule for violation in ordered),
    )


def _build_member(violation: Violation, messages: Messages) -> FindingMember:
    cell = violation.cell or CellRef(violation.sheet, "")
    return FindingMember(cell=cell, value=_quote_value(violation.value, messages) or "")


def _get_address(cell: CellRef | None) -> str | None:
    if cell is None:
        return None
    return cell.address


def _get_first_known(preferred: str | None, alternative: str | None) -> str | None:
    if preferred is None:
        return alternative
    return preferred


def _collect_cells(violations: Sequence[Violation]) -> tuple[CellRef, ...]:
    cells: dict[CellRef, None] = {}
    for violation in violations:
        cells.update(dict.fromkeys(violation.cells))
    return tuple(cells)


def _list_related_rules(violations: Sequence[Violation]) -> tuple[str, ...]:
    """Return the sorted ids of all rules that the cause violates, except the rule of the first violation."""
    rules: set[str] = set()
    for violation in violations:
        rules.update((violation.rule.id, *violation.related_rules))
    return tuple(sorted(rules - {violations[0].rule.id}))


def _format_others(part: str, violation: Violation, messages: Messages) -> str:
    """Return the sentence about the further rows or members that a violation stands for, or an empty text."""
    if violation.members:
        severity = get_severity(violation)
        count, cells = str(violation.member_count), format_members(violation.members, violation.member_count)
        return messages(f"any.group.{part}_{severity}", count=count, cells=cells)
    if not violation.similar_rows:
        return ""
    return messages(f"any.alike.{part}", count=str(violation.similar_rows))


def _format_sentence(part: str, violation: Violation, messages: Messages) -> str:
    """Return the message or the remedy of a violation: the most specific sentence that the contracts have."""
    facts = {**quote_facts(violation.facts, messages), **_format_phrases(violation, messages)}
    if part == "remedy" and violation.remedy_key:
        return messages(f"cure.{violation.remedy_key}", **facts)
    rule, variant = violation.rule.id, violation.variant
    general_key = f"rule.{rule}.{part}"
    keys = (f"rule.{rule}.{variant}.{part}", f"any.{variant}.{part}", general_key, f"sum.{variant}.{part}")
    key = next(filter(messages.has_key, keys), general_key)
    return messages(key, **facts)


def _format_phrases(violation: Violation, messages: Messages) -> dict[str, str]:
    """Return the phrases of a violation as text, by placeholder."""
    if not violation.phrases:
        return {}
    separator = messages("phrase.between")
    texts: dict[str, str] = {}
    for name, phrases in violation.phrases.items():
        texts[name] = separator.join(_format_phrase(phrase, messages) for phrase in phrases)
    return texts


def _format_phrase(phrase: Phrase, messages: Messages) -> str:
    note = messages(f"slip.{phrase.note}") if phrase.note else ""
    return messages(f"phrase.{phrase.key}", **quote_facts(phrase.facts, messages), note=note)


def _quote_value(value: str | None, messages: Messages) -> str | None:
    if value is None:
        return None
    return quote_text(value, messages)
