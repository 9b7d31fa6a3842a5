"""Offences into findings: the sentences come from the contracts, never from the code."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from checks.model.finding import Finding, Severity
from checks.model.report import find_gravest_severity
from checks.model.violation import Violation
from contracts.messages import Messages


def build_findings(violations: Iterable[Violation], messages: Messages) -> tuple[Finding, ...]:
    """Return the findings, one a cause: what two rules say of the same cell is one finding. Most important first."""
    ordered = sorted(violations, key=_get_cause_key)
    findings = [_build_finding(list(same), messages) for _, same in groupby(ordered, key=_get_cause_key)]
    return tuple(sorted(findings, key=lambda one: one.severity.rank))


def get_severity(violation: Violation) -> Severity:
    """Return how much an offence weighs."""
    return Severity(violation.rule.get_severity(violation.variant))


def _get_cause_key(violation: Violation) -> tuple[object, ...]:
    """Tell causes apart by sheet and cell; a remark never merges with what must be mended, nor does a trial rule."""
    cell = violation.cell
    place = (
        (cell.sheet, len(cell.address), cell.address)
        if cell
        else (violation.sheet, 0, violation.rule.id + violation.variant)
    )
    apart = (get_severity(violation) is Severity.REPORT, violation.rule.trial)
    alone = violation.rule.id if any(apart) or not cell else ""
    return (*place, *apart, alone)


def _build_finding(violations: Sequence[Violation], messages: Messages) -> Finding:
    first, *others = sorted(violations, key=lambda one: (one.rule.phase.rank, one.rule.id))
    mending = next((one for one in (first, *others) if one.repairs), first)
    also = {rule for one in violations for rule in (one.rule.id, *one.related_rules)} - {first.rule.id}
    return Finding(
        rule=first.rule.id,
        severity=find_gravest_severity(get_severity(one) for one in violations),
        sheet=first.sheet,
        cell=first.cell.address if first.cell else None,
        cells=tuple(dict.fromkeys(cell for one in (first, *others) for cell in one.cells)),
        value=first.value if first.value is not None else mending.value,
        expected=mending.expected if mending.expected is not None else first.expected,
        difference=mending.difference if mending.difference is not None else first.difference,
        message=_format_sentence("message", first, messages) + _format_similar_rows("message", first, messages),
        remedy=_format_sentence("remedy", mending, messages) + _format_similar_rows("remedy", first, messages),
        basis=first.rule.basis,
        related_rules=tuple(sorted(also)),
        repairs=mending.repairs,
        trial=first.rule.trial,
    )


def _format_similar_rows(part: str, violation: Violation, messages: Messages) -> str:
    """Return what is added for the rows that an offence speaks for besides its own."""
    return messages(f"any.alike.{part}", count=str(violation.similar_rows)) if violation.similar_rows else ""


def _format_sentence(part: str, violation: Violation, messages: Messages) -> str:
    rule, case, facts = (
        violation.rule.id,
        violation.variant,
        {**violation.facts, **_format_phrases(violation, messages)},
    )
    if part == "remedy" and violation.remedy_key:
        return messages(f"cure.{violation.remedy_key}", **facts)
    specific, general = f"rule.{rule}.{case}.{part}", f"rule.{rule}.{part}"
    anyone = f"any.{case}.{part}"
    shared = f"sum.{case}.{part}"
    key = next((one for one in (specific, anyone, general, shared) if messages.has_key(one)), general)
    return messages(key, **facts)


def _format_phrases(violation: Violation, messages: Messages) -> dict[str, str]:
    between = messages("phrase.between") if violation.phrases else ""
    return {
        name: between.join(messages(f"phrase.{one.key}", **one.facts) for one in phrases)
        for name, phrases in violation.phrases.items()
    }
