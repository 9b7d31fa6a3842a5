"""The identity of a finding as text.

It is sent with the list of findings and comes back with the county's explanation.
"""

import hashlib
import json
from typing import Final

from checks.model.finding import Finding

ID_LENGTH: Final = 16
# Rule, form, row, column and value.
_KEY_PARTS = 5


def format_finding_key(finding: Finding) -> str:
    """Return rule, form, row, column and value as a JSON array, or an empty text for a finding without a location."""
    location = finding.logical_location
    if location is None:
        return ""
    parts = [finding.rule, location.form, location.row, location.column, finding.value or ""]
    return json.dumps(parts, ensure_ascii=False)


def compute_finding_id(finding: Finding) -> str:
    """Return an id that stays the same from version to version: of the rule and the place, whatever the value is.

    The place is what the cell means (form, row, column); a finding without one has its sheet and cell.
    """
    location = finding.logical_location
    parts = [finding.rule, finding.sheet, finding.cell or "", ""]
    if location is not None:
        parts = [finding.rule, location.form, location.row, location.column]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:ID_LENGTH]


def parse_finding_key(text: str | None) -> list[str] | None:
    """Return rule, form, row, column and value of a key, or None if the text is not a valid key."""
    try:
        parts = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != _KEY_PARTS:
        return None
    if not all(isinstance(part, str) for part in parts):
        return None
    return parts
