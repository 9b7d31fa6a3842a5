"""The page for finding one's way answers enough questions, and every path in it exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "finding-your-way.md"
ANSWER = re.compile(r"^\| ([^|]+\?) \| `([^`|]+)` \| `([^`|]+)` \|$", flags=re.MULTILINE)
MIN_QUESTIONS = 12


def answers() -> list[tuple[str, str, str]]:
    """Return question, folder and file of each row of the page's tables."""
    return ANSWER.findall(PAGE.read_text(encoding="utf-8"))


def test_page_answers_enough_questions() -> None:
    """The page has at least twelve questions, and asks none of them twice."""
    questions = [question for question, _, _ in answers()]
    assert len(questions) >= MIN_QUESTIONS
    assert len(set(questions)) == len(questions)


def test_every_row_is_an_answer() -> None:
    """Each row of the tables is a question with a folder and a file."""
    rows = re.findall(r"^\| [^-|].*\|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    rows = [row for row in rows if not row.startswith("| question |")]
    assert len(rows) == len(answers())


def test_every_path_exists() -> None:
    """Every path in backticks is there."""
    paths = re.findall(r"`([^`]+)`", PAGE.read_text(encoding="utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_second_step_is_in_the_folder_of_the_first() -> None:
    """The file of each answer is directly in its folder: two steps are enough."""
    astray = [question for question, folder, file in answers() if (ROOT / file).parent != ROOT / folder]
    assert astray == []
