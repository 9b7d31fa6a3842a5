"""No mistake in a contract is a fault: it is told by file and line, or the contracts work with it."""

import random
from pathlib import Path

import pytest

from tests.builders.contract_mutations import behaves, mutate
from tests.builders.year import copied_contracts

FEW = [pytest.param(first, 6, id=f"few-{first}") for first in (0, 1000)]
MANY = [pytest.param(first, 50, id=f"many-{first}", marks=pytest.mark.long) for first in range(2000, 12_000, 1000)]


@pytest.mark.parametrize(("first_seed", "count"), [*FEW, *MANY])
def test_a_mutated_contract_is_told_or_works(tmp_path: Path, first_seed: int, count: int) -> None:
    """Keys left out, misspelt or of another kind: lint tells file and line, or checks and templates run as ever."""
    root = copied_contracts(tmp_path / "合同")
    for seed in range(first_seed, first_seed + count):
        mutation = mutate(root, random.Random(seed))  # noqa: S311 - not for secrets
        path = root / mutation.file
        original = path.read_bytes()
        path.write_text(mutation.text, encoding="utf-8")
        assert behaves(root) in ("told", "accepted"), (seed, mutation.file, mutation.path, mutation.kind)
        path.write_bytes(original)
