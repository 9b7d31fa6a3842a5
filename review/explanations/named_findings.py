"""The findings that a line of an explanation names.

A line reads ``F11：text``, ``附件3!A8：text`` or, for several findings, ``F11 附件3!A8、附件3!A12：text``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.model.finding import Finding, Severity
from review.decision_points import normalise_cell_target

_LINE_PATTERN = re.compile(r"^\s*(?P<targets>[^：:\n]{1,2000}?)\s*[：:]\s*(?P<text>.*\S)\s*$")
_RULE_PATTERN = re.compile(r"^(?P<rule>[A-Z]{1,3}\d{2,3})(?:\s+(?P<cells>.+))?$")
_CELL_SEPARATOR = re.compile(r"\s*[、，,；;]\s*")


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """One line of an explanation: the rule and the cells that it names, either of which may be missing, and its text.

    A cell is written ``sheet!A8``, or ``A8`` if only one sheet has a finding there.
    """

    rule: str
    cells: tuple[str, ...]
    text: str

    @property
    def target(self) -> str:
        """What the line names, as people write it."""
        return f"{self.rule} {'、'.join(self.cells)}".strip()


def parse_explanation_line(line: str) -> ExplanationLine | None:
    """Return the parts of a line, or None if it names nothing."""
    match = _LINE_PATTERN.match(line)
    if match is None:
        return None
    rule, cells = "", match["targets"].strip()
    rule_match = _RULE_PATTERN.match(cells)
    if rule_match is not None:
        rule, cells = rule_match["rule"], rule_match["cells"] or ""
    names = tuple(map(normalise_cell_target, filter(None, _CELL_SEPARATOR.split(cells))))
    return ExplanationLine(rule, names, match["text"])


def list_open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that wait for an explanation."""
    return tuple(filter(_is_open, findings))


def select_findings(line: ExplanationLine, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that a line names; none if one of its cells names no finding, or more than one sheet's."""
    candidates = [finding for finding in findings if line.rule in ("", finding.rule, *finding.related_rules)]
    if not line.cells:
        return tuple(candidates)
    selected: dict[int, Finding] = {}
    for cell in line.cells:
        named = [finding for finding in candidates if cell in (format_place(finding), finding.cell)]
        if not named or len({finding.sheet for finding in named}) > 1:
            return ()
        selected.update({id(finding): finding for finding in named})
    return tuple(selected.values())


def format_place(finding: Finding) -> str:
    """Return the cell of a finding with its sheet, or the sheet alone."""
    if finding.cell is None:
        return finding.sheet
    return f"{finding.sheet}!{finding.cell}"


def list_targets(findings: Sequence[Finding], limit: int) -> str:
    """Return how findings may be named, at most *limit* of them."""
    targets = [f"{finding.rule} {format_place(finding)}" for finding in findings[:limit]]
    if len(findings) > limit:
        targets.append("……")
    return "、".join(targets)


def _is_open(finding: Finding) -> bool:
    return finding.severity is Severity.SOFT and not finding.trial and not finding.is_explained
