"""What a county says of its findings: does it say something, and does it still belong to what was found?"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from checks.model.finding import Explanation, Finding, Spot
from checks.model.report import Report, Said
from contracts.messages import Wording
from contracts.return_policy import Returning

_FEWEST_SIGNS = 4  # a text of fewer different characters is one key held down


def explain(report: Report, said: Iterable[Said], policy: Returning, words: Wording) -> Report:
    """Return the report with what was said on record and each finding joined to its explanation."""
    known = {one.key: one for one in report.said}
    for one in said:
        if one.text or one.key not in known:  # a blank line takes nothing back: it may be an older list
            known[one.key] = one
    joined = tuple(_joined(one, known, policy, words) for one in report.findings)
    return replace(report, findings=joined, said=tuple(sorted(known.values(), key=lambda one: one.key)))


def carry(report: Report, earlier: Report, policy: Returning, words: Wording) -> Report:
    """Return the report with what was said of the version before, as far as this one says nothing newer."""
    own = report.said
    return explain(replace(report, said=earlier.said), own, policy, words)


def fault_of(text: str, policy: Returning) -> str:
    """Name what an explanation lacks: ``empty``, ``short``, ``idle``, or nothing."""
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())
    if not signs:
        return "empty"
    rest = signs
    for word in policy.idle:
        rest = rest.replace(word, "")
    if len(rest) < policy.left or len(set(rest)) < _FEWEST_SIGNS or rest.isdecimal():
        return "idle"
    return "short" if len(signs) < policy.least else ""


def _joined(
    finding: Finding, known: Mapping[tuple[str, Spot, str], Said], policy: Returning, words: Wording
) -> Finding:
    said = known.get((finding.rule, finding.spot, finding.value or "")) if finding.spot else None
    if said is None:
        return replace(finding, explanation=None)
    fault = fault_of(said.text, policy)
    sentence = words(f"explanation.{fault}", text=said.text, least=policy.least) if fault else ""
    return replace(finding, explanation=Explanation(said.text, sentence))
