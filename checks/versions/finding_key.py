"""The identity of a finding as text, and what an explanation of it covers.

The identity is sent with the list of findings and comes back with the county's explanation.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Self

from checks.model.finding import Finding, FindingMember, LogicalLocation
from checks.model.report import CountyExplanation

ID_LENGTH: Final = 16
# Rule, form, row, column and value; then the members of a group, and the digests of the rules and of the cells.
_KEY_PARTS: Final = 5
_MAX_KEY_PARTS: Final = 7
# A thousand members must fit into one cell of a sheet.
_DIGEST_CHARACTERS: Final = 10


@dataclass(frozen=True, slots=True)
class FindingKey:
    """Rule, spot and value of a finding, and for a group the digests of its members.

    *cell_digests* and *rule_digest* are what an explanation of it rests on besides.
    """

    rule: str
    spot: LogicalLocation
    value: str
    members: tuple[str, ...] = ()
    cell_digests: tuple[str, ...] = ()
    rule_digest: str = ""

    @classmethod
    def from_finding(cls, finding: Finding) -> Self | None:
        """Return the identity of a finding, or None if it has no location."""
        location = finding.logical_location
        if location is None:
            return None
        digests = tuple(map(attrgetter("digest"), finding.explained_cells))
        members = digest_members(finding.members)
        return cls(finding.rule, location, finding.value or "", members, digests, finding.rule_digest)

    def explain(self, text: str) -> CountyExplanation:
        """Return an explanation of the finding as it is now."""
        return CountyExplanation(
            rule=self.rule,
            spot=self.spot,
            value=self.value,
            text=text,
            members=self.members,
            cell_digests=self.cell_digests,
            rule_digest=self.rule_digest,
        )

    def list_covered(self) -> tuple[str, ...]:
        """Return the digests of what an explanation covers: the members, or the finding's own cell and value."""
        return self.members or (digest_member(self.spot, self.value),)

    def format_text(self) -> str:
        """Return the identity as a JSON array."""
        parts = [self.rule, self.spot.form, self.spot.row, self.spot.column, self.value]
        if self.members or self.cell_digests:
            parts.append(" ".join(self.members))
        if self.cell_digests:
            parts.append(" ".join((self.rule_digest, *self.cell_digests)))
        return json.dumps(parts, ensure_ascii=False)


def digest_member(spot: LogicalLocation, value: str) -> str:
    """Return a short digest of one cell's logical location and value."""
    text = json.dumps([spot.form, spot.row, spot.column, value], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]


def format_finding_key(finding: Finding) -> str:
    """Return the identity of a finding as a JSON array, or an empty text for a finding without a location."""
    key = FindingKey.from_finding(finding)
    if key is None:
        return ""
    return key.format_text()


def compute_finding_id(finding: Finding) -> str:
    """Return an id that stays the same from version to version: of the rule and the place, whatever the value is.

    The place is what the cell means (form, row, column); a finding without one has its sheet and cell.
    """
    location = finding.logical_location
    parts = [finding.rule, finding.sheet, finding.cell or "", ""]
    if location is not None:
        parts = [finding.rule, location.form, location.row, location.column]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:ID_LENGTH]


def parse_finding_key(text: str | None) -> FindingKey | None:
    """Return the identity that a text holds, or None if it holds none."""
    try:
        parts = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or not _KEY_PARTS <= len(parts) <= _MAX_KEY_PARTS:
        return None
    if not all(isinstance(part, str) for part in parts):
        return None
    rule, form, row, column, value, *lists = parts
    members, digests = [*(text.split() for text in lists), [], []][:2]
    rule_digest, *cell_digests = digests or [""]
    spot = LogicalLocation(form, row, column)
    return FindingKey(rule, spot, value, tuple(members), tuple(cell_digests), rule_digest)


def digest_members(members: Iterable[FindingMember]) -> tuple[str, ...]:
    """Return the digests of the members of a finding that have a location."""
    located = ((member.logical_location, member.value) for member in members)
    return tuple(digest_member(location, value) for location, value in located if location is not None)
