"""A county's files as the ledger records them: refused ones, and the cover of a checked one."""

from collections.abc import Iterator

from checks.model.report import CoverField
from review.county_state import RefusedFile
from review.events import Event

SUPERSEDED_CODE = "version_old"
"""The code of the refusal of an old version that lies in the inbox again: it asks nothing of the county."""


def build_refused_file(event: Event, refused_at: str) -> RefusedFile:
    """Return a refused file from the event that records it; *refused_at* is the ledger's time."""
    texts = {name: str(event.facts.get(name) or "") for name in ("name", "code", "message", "remedy")}
    part, sheet, cell = (str(event.facts.get(name) or "") for name in ("part", "sheet", "cell"))
    return RefusedFile(sha256=event.sha256, place=(part, sheet, cell), refused_at=refused_at, **texts)


def is_same_refused_file(first: RefusedFile, second: RefusedFile) -> bool:
    """Return whether two refusals are about the same file."""
    return (first.sha256, first.name) == (second.sha256, second.name)


def list_cover_fields(event: Event) -> Iterator[CoverField]:
    """Yield the fields of the cover by which a checked version reports itself."""
    raw = event.facts.get("cover")
    if not isinstance(raw, list):
        return
    for facts in raw:
        if isinstance(facts, dict):
            texts = {name: str(facts[name]) for name in ("name", "text", "sheet", "cell")}
            yield CoverField(**texts)
