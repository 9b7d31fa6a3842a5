"""``hesuan verify``: intact, or the first thing that is not."""

from pathlib import Path

from contracts.messages import Messages
from desk.console import print_line
from desk.exit_codes import ExitCode
from flows.verification.checkpoint import Checkpoint
from flows.verification.verify import verify_path
from flows.year.locations import YearPaths
from ledger.errors import LedgerUnreadableError

REMARK_KEYS = frozenset({"clock", "moved", "resaved", "other_ledger"})


def show_verification(path: Path, paths: YearPaths, *, head: str | None, key: Path | None = None) -> ExitCode:
    """Print what was looked at and whether it is as recorded or signed."""
    words = paths.open_contracts().get_messages()
    if not path.exists() and not (paths.ledger_url and path == paths.state_folder):
        print_line(words("error.no_path", path=str(path)))
        return ExitCode.USAGE
    try:
        seen = list(verify_path(path, paths, head=head, key=key))
    except LedgerUnreadableError:
        seen = [Checkpoint("fault", intact=False, facts={"sequence": "0", "reason": "unreadable"})]
    for one in seen:
        facts = dict(one.facts)
        if "reason" in facts:
            facts["reason"] = words(f"verify.reason.{facts['reason']}")
        if "kind" in facts:
            facts |= _format_change(facts, words)
        name = "fault_nowhere" if one.key == "fault" and facts["sequence"] == "0" else one.key
        text = words(f"verify.{name}", **facts)
        print_line(words("verify.intact", what=text) if one.intact and one.key not in REMARK_KEYS else text)
    if not seen:
        print_line(words("verify.no_record", path=str(path)))
    return ExitCode.CLEAR if seen and all(one.intact for one in seen) else ExitCode.FINDINGS


def _format_change(facts: dict[str, str], messages: Messages) -> dict[str, str]:
    """Say what was changed that is no value, where, and what it was; what only is there or not has no content."""
    bare = {"": messages("verify.none"), "+": messages("verify.some")}
    return {
        "kind": messages(f"verify.kind.{facts['kind']}"),
        "place": facts["place"] or messages("verify.whole_book"),
        **{name: bare.get(facts[name], facts[name]) for name in ("was", "now")},
    }
