"""What a run cost, for people: CPU seconds by part and their shares, largest concern first as in the work."""

from collections.abc import Iterator

from contracts.messages import Wording
from flows.costs.cost_meter import Purse

_WIDTH = 12  # characters of a part's name, each as wide as two of a figure
_WIDE_BLANK = "\u3000"


def cost_lines(purse: Purse, words: Wording) -> Iterator[str]:
    """Return the table, a line a part and their sum; Prefect's own temporary server is told apart."""
    parts, names = purse.parts(), words.under("cost.parts")
    total = sum(parts.values())
    yield words("cost.title")
    for part, seconds in parts.items():
        yield _line(names[part], seconds, f"{seconds / total:5.0%}" if total else "")
    yield _line(names["total"], total, "")
    if purse.server:
        yield _line(names["server"], purse.server, "")


def _line(name: str, seconds: float, share: str) -> str:
    return f"  {name.ljust(_WIDTH, _WIDE_BLANK)}{seconds:8.1f} {share}".rstrip()
