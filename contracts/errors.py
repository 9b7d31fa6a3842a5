"""The one exception of this room: a contract that is written wrong, as against data that are wrong."""


class ContractError(Exception):
    """A data file in the contracts folder cannot be used; names the file and what was expected there."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.file = file
        self.problem = problem
