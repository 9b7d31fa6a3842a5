"""The documented list of refusal codes is the one that the messages hold."""

from pathlib import Path

from contracts.contract_library import open_library


def documented() -> str:
    """Return the list of codes as it should stand in the manual."""
    sentences = open_library().get_messages().get_group("refusal")
    lines = ["# Refusal codes", "", "Every code that a file can be refused with, what is said, and the cure.", ""]
    lines += ["| code | message | cure |", "|---|---|---|"]
    codes = dict.fromkeys(key.partition(".")[0] for key in sentences)
    lines += [f"| `{code}` | {sentences[f'{code}.message']} | {sentences[f'{code}.remedy']} |" for code in codes]
    return "\n".join(lines) + "\n"


def test_every_code_is_documented() -> None:
    """The manual lists exactly the codes, messages and cures of the contracts."""
    assert Path("docs/refusals.md").read_text(encoding="utf-8") == documented()
