"""One mistake in a contract file, and the error that says which mistakes there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contracts.errors import ContractError

Path = tuple[str | int, ...]
"""Where something stands in a file: the keys and list positions that lead to it."""


@dataclass(frozen=True, slots=True)
class ContractProblem:
    """One mistake: its file inside the contracts folder, its line (from 1) and the sentence ``lint.<code>``.

    A mistake that is no error is told only: the contracts do what they say, but it is hardly what is meant.
    """

    file: str
    line: int
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    is_error: bool = True

    @property
    def sort_key(self) -> tuple[str, int, str]:
        """The order of mistakes: by file and line."""
        return self.file, self.line, self.code

    def __str__(self) -> str:
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{self.file}:{self.line}: {self.code} ({facts})"


class InvalidContractsError(ContractError):
    """The contracts have mistakes; *problems* are all of them that are errors."""

    def __init__(self, problems: Iterable[ContractProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(f"{first.file}:{first.line}", "; ".join(map(str, self.problems)), first.code)
