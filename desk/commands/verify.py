"""``hesuan verify``: tell whether ledger, received files and outputs are intact."""

from pathlib import Path

from contracts.messages import Messages
from desk.console import print_line
from desk.exit_codes import ExitCode
from flows.verification.checkpoint import Checkpoint
from flows.verification.verify import verify_path
from flows.verification.verify_manifest import are_intact
from flows.year.locations import YearPaths
from ledger.errors import LedgerUnreadableError

# Checkpoints that are remarks; they are not reported as intact.
REMARK_KEYS = frozenset({"clock", "moved", "resaved", "other_ledger", "bag_other_ledger"})


def show_verification(path: Path, paths: YearPaths, *, head: str | None, key: Path | None = None) -> ExitCode:
    """Print everything that was verified, and whether it is as recorded or signed.

    *head* is a digest printed on an earlier filing, which the ledger must still contain; *key* is the file of the
    public key that must have signed the manifest.
    """
    messages = paths.open_contracts().get_messages()
    if not path.exists() and not (paths.ledger_url and path == paths.state_folder):
        print_line(messages("error.no_path", path=str(path)))
        return ExitCode.USAGE
    try:
        checkpoints = list(verify_path(path, paths, head=head, key=key))
    except LedgerUnreadableError:
        checkpoints = [Checkpoint("fault", intact=False, facts={"sequence": "0", "reason": "unreadable"})]
    for checkpoint in checkpoints:
        print_line(_format_checkpoint(checkpoint, messages))
    if not checkpoints:
        print_line(messages("verify.no_record", path=str(path)))
        return ExitCode.FINDINGS
    if are_intact(checkpoints):
        return ExitCode.CLEAR
    return ExitCode.FINDINGS


def _format_checkpoint(checkpoint: Checkpoint, messages: Messages) -> str:
    facts = dict(checkpoint.facts)
    if "reason" in facts:
        facts["reason"] = messages(f"verify.reason.{facts['reason']}")
    if "kind" in facts:
        facts |= _format_change(facts, messages)
    key = checkpoint.key
    if key == "fault" and facts["sequence"] == "0":
        key = "fault_nowhere"
    text = messages(f"verify.{key}", **facts)
    if checkpoint.intact and checkpoint.key not in REMARK_KEYS:
        return messages("verify.intact", what=text)
    return text


def _format_change(facts: dict[str, str], messages: Messages) -> dict[str, str]:
    """Return the facts of a change other than of a value: its kind, its place, and the content before and now.

    Content that is only known to be absent or present is recorded as an empty text or ``+``.
    """
    presence = {"": messages("verify.none"), "+": messages("verify.some")}
    return {
        "kind": messages(f"verify.kind.{facts['kind']}"),
        "place": facts["place"] or messages("verify.whole_book"),
        "was": presence.get(facts["was"], facts["was"]),
        "now": presence.get(facts["now"], facts["now"]),
    }
