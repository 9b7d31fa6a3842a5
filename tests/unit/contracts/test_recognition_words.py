"""The words by which tables are recognised are data; a mistake in them is named when they are read."""

import re
from pathlib import Path
from typing import Any

import pytest

import contracts.recognition_words as module
from contracts.errors import ContractError
from contracts.recognition_words import build_recognition_words, get_recognition_words
from contracts.yaml_files import load_yaml

FILE = Path(module.__file__).parent / "recognition.yaml"


def read_content() -> dict[str, Any]:
    """Return the content of the shipped file."""
    return load_yaml(FILE)


def test_every_pattern_is_used() -> None:
    """No word stands in the file that the program does not read."""
    root = FILE.parents[1]
    code = "".join(
        path.read_text(encoding="utf-8") for room in ("checks", "review") for path in (root / room).rglob("*.py")
    )
    words = get_recognition_words()
    referred = set(re.findall(r"\{\{(\w+)\}\}", "".join(words.patterns.values())))
    unused = [name for name in (*words.patterns, *words.words) if f'"{name}"' not in code and name not in referred]
    assert unused == []


def test_reference_is_filled_in() -> None:
    """A pattern may contain another one, and every spelling of a unit."""
    pattern = get_recognition_words().get_pattern("unit_statement")
    assert "{{" not in pattern
    assert re.search(pattern, "(单位:公顷)")


@pytest.mark.parametrize(
    ("part", "name", "value", "reason"),
    [
        ("patterns", "note", "注(", "malformed"),
        ("patterns", "note", "{{nothing}}", "missing"),
        ("units", "垧", "垧", "no size"),
    ],
)
def test_mistake_is_named(part: str, name: str, value: str, reason: str) -> None:
    """With the file and the entry."""
    content = read_content()
    content[part] = {**content[part], name: value}
    with pytest.raises(ContractError, match=reason):
        build_recognition_words(content)
    del content[part]
    with pytest.raises(ContractError, match=r"recognition\.yaml"):
        build_recognition_words(content)
