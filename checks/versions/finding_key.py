"""The identity of a finding as text: it goes out with the list of findings and comes back with the explanation."""

import json

from checks.model.finding import Finding

_PARTS = 5  # rule, form, row, column, value


def identity_text(finding: Finding) -> str:
    """Write the identity of a finding, nothing where it is about nothing known."""
    if finding.spot is None:
        return ""
    spot = finding.spot
    return json.dumps([finding.rule, spot.form, spot.row, spot.column, finding.value or ""], ensure_ascii=False)


def read_identity(text: str | None) -> list[str] | None:
    """Read an identity back; what is no identity any more is passed over."""
    try:
        parts = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    sound = isinstance(parts, list) and len(parts) == _PARTS and all(isinstance(one, str) for one in parts)
    return parts if sound else None
