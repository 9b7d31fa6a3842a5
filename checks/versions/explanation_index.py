"""Find the explanation of a finding, and say what has changed if it was given for other cells, values or rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding
from checks.model.report import CountyExplanation
from checks.versions.explained_cells import digest_location
from checks.versions.finding_key import FindingKey, digest_member
from contracts.messages import Messages

_MAX_CELLS_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class ExplanationIndex:
    """The explanations by what they cover: rule and cell with its value; rule and place, whatever its value is."""

    by_member: Mapping[tuple[str, str], CountyExplanation]
    by_place: Mapping[tuple[str, str], CountyExplanation]

    def find_explanations(self, finding: Finding) -> tuple[CountyExplanation, ...]:
        """Return the explanations that cover a finding with all its members; none if a member is not covered."""
        key = FindingKey.from_finding(finding)
        if key is None:
            return ()
        known: dict[CountyExplanation, None] = {}
        for digest in key.list_covered():
            explanation = self.by_member.get((key.rule, digest))
            if explanation is None:
                return ()
            known[explanation] = None
        if len(set(map(_has_text, known))) > 1:
            return ()
        return tuple(known)

    def find_earlier(self, finding: Finding) -> CountyExplanation | None:
        """Return an explanation that was given for the place of a finding, whatever it said then."""
        location = finding.logical_location
        if location is None:
            return None
        locations = [digest_location(location), *(item.location_digest for item in finding.explained_cells)]
        for digest in locations:
            explanation = self.by_place.get((finding.rule, digest))
            if explanation is not None:
                return explanation
        return None


def _has_text(explanation: CountyExplanation) -> bool:
    return bool(explanation.text)


def index_explanations(explanations: Iterable[CountyExplanation]) -> ExplanationIndex:
    """Return the explanations by what they cover; of several for one cell, that of the shorter list counts.

    A text for several cells explains each of them, and covers no cell that was not among them.
    """
    by_member: dict[tuple[str, str], CountyExplanation] = {}
    by_place: dict[tuple[str, str], CountyExplanation] = {}
    for explanation in sorted(explanations, key=lambda explanation: -len(explanation.members)):
        key = FindingKey(explanation.rule, explanation.spot, explanation.value, explanation.members)
        for digest in key.list_covered():
            if explanation.text or (explanation.rule, digest) not in by_member:
                by_member[explanation.rule, digest] = explanation
        if explanation.text:
            by_place[explanation.rule, digest_location(explanation.spot)] = explanation
            if explanation.members:
                for cell_digest in explanation.cell_digests:
                    by_place[explanation.rule, cell_digest.partition(":")[0]] = explanation
    return ExplanationIndex(by_member, by_place)


def describe_changes(
    finding: Finding, explanations: Iterable[CountyExplanation], messages: Messages
) -> tuple[str, ...]:
    """Return what has changed since a finding was explained: its rules, cells, values; nothing if all is as it was."""
    explanations = tuple(explanations)
    changes: list[str] = []
    known_rules = {explanation.rule_digest for explanation in explanations if explanation.rule_digest}
    if known_rules and finding.rule_digest not in known_rules:
        changes.append(messages("explanation.changed.rule", rule=finding.rule))
    if all(explanation.cell_digests for explanation in explanations):
        changes += _describe_changed_cells(finding, explanations, messages)
    return tuple(changes)


def describe_other_value(finding: Finding, earlier: CountyExplanation, messages: Messages) -> tuple[str, ...]:
    """Return what has changed since an earlier explanation for the place of a finding: at least its value."""
    if finding.members:
        covered = set(earlier.members or (digest_member(earlier.spot, earlier.value),))
        key = FindingKey.from_finding(finding)
        digests = key.list_covered() if key else ()
        located = [member for member in finding.members if member.logical_location is not None]
        cells = [member.cell for member, digest in zip(located, digests, strict=True) if digest not in covered]
        return (messages("explanation.changed.added", cells=_name_cells(cells, finding, messages)),)
    if earlier.value == (finding.value or ""):
        return describe_changes(finding, (earlier,), messages)
    other_cells = tuple(item for item in finding.explained_cells if item.cell.address not in ("", finding.cell))
    changes = describe_changes(replace(finding, explained_cells=other_cells), (earlier,), messages)
    cell = finding.cell or finding.sheet
    sentence = messages("explanation.changed.value", cell=cell, before=earlier.value, after=finding.value or "")
    return (sentence, *changes)


def _describe_changed_cells(
    finding: Finding, explanations: Iterable[CountyExplanation], messages: Messages
) -> tuple[str, ...]:
    known: set[str] = set()
    is_group = False
    for explanation in explanations:
        known.update(explanation.cell_digests)
        is_group = is_group or bool(explanation.members)
    changed: list[CellRef] = []
    is_computed_changed = False
    for item in finding.explained_cells:
        if item.digest in known:
            continue
        if not item.cell.address:
            is_computed_changed = not is_group
        else:
            changed.append(item.cell)
    if changed:
        return (messages("explanation.changed.cells", cells=_name_cells(changed, finding, messages)),)
    if is_computed_changed:
        return (messages("explanation.changed.computed"),)
    return ()


def _name_cells(cells: Iterable[CellRef], finding: Finding, messages: Messages) -> str:
    names: list[str] = []
    for cell in dict.fromkeys(cells):
        name = cell.address
        if cell.sheet != finding.sheet:
            name = f"{cell.sheet}!{cell.address}"
        names.append(name)
    separator = messages("marks.separator")
    if len(names) <= _MAX_CELLS_NAMED:
        return separator.join(names)
    return messages("marks.more_cells", cells=separator.join(names[:_MAX_CELLS_NAMED]), count=len(names))
