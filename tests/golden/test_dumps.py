"""What the sample year gives back is what it gave back before, to the letter."""

from pathlib import Path

import pytest

from desk.exit_codes import ExitCode
from tests.builders.year import prepared
from tests.golden.dumps import HERE, dumps

NAMES = ("check-1.json", "check-2.json", "returned-1.txt")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Carry the sample year through and write down what came of it."""
    ground = prepared(tmp_path_factory.mktemp("书") / "全年")
    assert ground.run() is ExitCode.CLEAR
    return dumps(ground)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changed_unseen(name: str, made: dict[str, str]) -> None:
    """A change that is meant is made with ``python -m tests.golden.dumps``, and read in its diff."""
    assert made[name] == (HERE / name).read_text(encoding="utf-8")


def test_every_golden_file_is_compared(made: dict[str, str]) -> None:
    """No file lies here that no test reads."""
    texts = {path.name for path in Path(HERE).iterdir() if path.suffix in {".json", ".txt"}}
    assert texts == set(made) == set(NAMES)
