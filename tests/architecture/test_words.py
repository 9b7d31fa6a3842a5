"""What people read stands in the contracts, apart from the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3007\u4e00-\u9fff]")
# These read Chinese numerals, dates and figures, which are a grammar rather than words; all words by which tables are
# recognised stand in contracts/recognition.yaml. Of notices: headings, sentences and lists are parsed.
READERS = {
    *("dates", "text_normalisation"),
    *("duty_table", "figures", "headings", "prose_lists", "table_columns", "task_table", "document"),
}


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a module, its docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.parametrize("room", ["checks", "review", "notices"])
def test_no_sentence_is_made_in_the_code(room: str) -> None:
    """A pure room says what is wrong by key and facts; only what reads the tables knows their words."""
    modules = [path for path in sorted((ROOT / room).rglob("*.py")) if path.stem not in READERS]
    spoken = {path.name: text for path in modules for text in texts(path) if CHINESE.search(text)}
    assert modules
    assert spoken == {}
