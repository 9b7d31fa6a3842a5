"""The invariants of the review chain are numbered: each is borne by a test, or by the state machine, by its number."""

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
DUE = {*range(1, 19), 32}
_NUMBERED = re.compile(r"^(?:test_)?invariant((?:_(?:and_)?\d{2})+)_")


def bearers() -> dict[int, list[str]]:
    """Return, by number, the functions that bear it in their name, by file."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = _NUMBERED.match(node.name) if isinstance(node, ast.FunctionDef) else None
            for number in re.findall(r"\d{2}", named[1]) if named else ():
                found[int(number)].append(f"{path.name}:{node.name}")  # type: ignore[attr-defined]
    return found


def test_each_invariant_has_a_test_that_bears_its_number() -> None:
    """1 to 18 and 32 are all there, in a function that states them and asserts something."""
    assert sorted(DUE - bearers().keys()) == []


def test_what_bears_a_number_asserts_it() -> None:
    """A bearer that asserts nothing could not fail."""
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and _NUMBERED.match(node.name):
                asserts = [item for item in ast.walk(node) if isinstance(item, ast.Assert)]
                assert asserts, f"{path.name}:{node.name}"
                assert ast.get_docstring(node), f"{path.name}:{node.name}"
