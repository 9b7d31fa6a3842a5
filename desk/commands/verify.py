"""``hesuan verify``: intact, or the first thing that is not."""

from pathlib import Path

from contracts.messages import Wording
from desk.console import say
from desk.exit_codes import Exit
from flows.verification.checkpoint import Checkpoint
from flows.verification.verify import verify_path
from flows.year.locations import Places
from ledger.errors import LedgerUnreadable

REMARKS = frozenset({"clock", "moved", "resaved", "other_ledger"})


def show_verification(path: Path, places: Places, *, head: str | None, key: Path | None = None) -> Exit:
    """Print what was looked at and whether it is as recorded or signed."""
    words = places.library().wording()
    if not path.exists() and not (places.ledger and path == places.state):
        say(words("error.no_path", path=str(path)))
        return Exit.USAGE
    try:
        seen = list(verify_path(path, places, head=head, key=key))
    except LedgerUnreadable:
        seen = [Checkpoint("fault", intact=False, facts={"sequence": "0", "reason": "unreadable"})]
    for one in seen:
        facts = dict(one.facts)
        if "reason" in facts:
            facts["reason"] = words(f"verify.reason.{facts['reason']}")
        if "kind" in facts:
            facts |= _in_words(facts, words)
        name = "fault_nowhere" if one.key == "fault" and facts["sequence"] == "0" else one.key
        text = words(f"verify.{name}", **facts)
        say(words("verify.intact", what=text) if one.intact and one.key not in REMARKS else text)
    if not seen:
        say(words("verify.no_record", path=str(path)))
    return Exit.CLEAR if seen and all(one.intact for one in seen) else Exit.FINDINGS


def _in_words(facts: dict[str, str], words: Wording) -> dict[str, str]:
    """Say what was changed that is no value, where, and what it was; what only is there or not has no content."""
    bare = {"": words("verify.none"), "+": words("verify.some")}
    return {
        "kind": words(f"verify.kind.{facts['kind']}"),
        "place": facts["place"] or words("verify.whole_book"),
        **{name: bare.get(facts[name], facts[name]) for name in ("was", "now")},
    }
