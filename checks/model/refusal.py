"""Build a refusal from its code; the sentences come from the contracts."""

from checks.model.finding import Refusal
from checks.model.quoted_text import quote_facts
from contracts.messages import Messages


def create_refusal(
    messages: Messages,
    code: str,
    *,
    part: str | None = None,
    sheet: str | None = None,
    cell: str | None = None,
    **facts: str,
) -> Refusal:
    """Return the refusal of a file with its message and remedy.

    Both sentences may mention the *facts* as well as *part*, *sheet* and *cell*.
    """
    placeholders = {**quote_facts(facts, messages), "part": part or "", "sheet": sheet or "", "cell": cell or ""}
    return Refusal(
        code=code,
        part=part,
        sheet=sheet,
        cell=cell,
        message=messages(f"refusal.{code}.message", **placeholders),
        remedy=messages(f"refusal.{code}.remedy", **placeholders),
    )
