"""Offences into findings: the sentences come from the contracts, never from the code."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from checks.model.finding import Finding, Severity
from checks.model.report import gravest
from checks.model.violation import Offence
from contracts.messages import Wording


def findings_of(offences: Iterable[Offence], words: Wording) -> tuple[Finding, ...]:
    """Return the findings, one a cause: what two rules say of the same cell is one finding. Most important first."""
    ordered = sorted(offences, key=_cause)
    findings = [_finding(list(same), words) for _, same in groupby(ordered, key=_cause)]
    return tuple(sorted(findings, key=lambda one: one.severity.rank))


def severity(offence: Offence) -> Severity:
    """Return how much an offence weighs."""
    return Severity(offence.rule.severity_of(offence.case))


def _cause(offence: Offence) -> tuple[object, ...]:
    """Tell causes apart by sheet and cell; a remark never merges with what must be mended, nor does a trial rule."""
    cell = offence.cell
    place = (
        (cell.sheet, len(cell.address), cell.address) if cell else (offence.sheet, 0, offence.rule.id + offence.case)
    )
    apart = (severity(offence) is Severity.REPORT, offence.rule.trial)
    alone = offence.rule.id if any(apart) or not cell else ""
    return (*place, *apart, alone)


def _finding(offences: Sequence[Offence], words: Wording) -> Finding:
    first, *others = sorted(offences, key=lambda one: (one.rule.phase.rank, one.rule.id))
    mending = next((one for one in (first, *others) if one.repairs), first)
    also = {rule for one in offences for rule in (one.rule.id, *one.also)} - {first.rule.id}
    return Finding(
        rule=first.rule.id,
        severity=gravest(severity(one) for one in offences),
        sheet=first.sheet,
        cell=first.cell.address if first.cell else None,
        cells=tuple(dict.fromkeys(cell for one in (first, *others) for cell in one.cells)),
        value=first.value if first.value is not None else mending.value,
        expected=mending.expected if mending.expected is not None else first.expected,
        difference=mending.difference if mending.difference is not None else first.difference,
        message=_sentence("message", first, words) + _alike("message", first, words),
        remedy=_sentence("remedy", mending, words) + _alike("remedy", first, words),
        basis=first.rule.basis,
        also=tuple(sorted(also)),
        repairs=mending.repairs,
        trial=first.rule.trial,
    )


def _alike(what: str, offence: Offence, words: Wording) -> str:
    """Return what is added for the rows that an offence speaks for besides its own."""
    return words(f"any.alike.{what}", count=str(offence.alike)) if offence.alike else ""


def _sentence(what: str, offence: Offence, words: Wording) -> str:
    rule, case, facts = offence.rule.id, offence.case, {**offence.facts, **_phrases(offence, words)}
    if what == "remedy" and offence.cure:
        return words(f"cure.{offence.cure}", **facts)
    specific, general = f"rule.{rule}.{case}.{what}", f"rule.{rule}.{what}"
    anyone = f"any.{case}.{what}"
    shared = f"sum.{case}.{what}"
    key = next((one for one in (specific, anyone, general, shared) if words.has(one)), general)
    return words(key, **facts)


def _phrases(offence: Offence, words: Wording) -> dict[str, str]:
    between = words("phrase.between") if offence.phrases else ""
    return {
        name: between.join(words(f"phrase.{one.key}", **one.facts) for one in phrases)
        for name, phrases in offence.phrases.items()
    }
