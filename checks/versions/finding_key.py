"""The identity of a finding as text: it goes out with the list of findings and comes back with the explanation."""

import json

from checks.model.finding import Finding

_KEY_PARTS = 5  # rule, form, row, column, value


def format_finding_key(finding: Finding) -> str:
    """Write the identity of a finding, nothing where it is about nothing known."""
    if finding.logical_location is None:
        return ""
    spot = finding.logical_location
    return json.dumps([finding.rule, spot.form, spot.row, spot.column, finding.value or ""], ensure_ascii=False)


def parse_finding_key(text: str | None) -> list[str] | None:
    """Read an identity back; what is no identity any more is passed over."""
    try:
        parts = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    sound = isinstance(parts, list) and len(parts) == _KEY_PARTS and all(isinstance(one, str) for one in parts)
    return parts if sound else None
