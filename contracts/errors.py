"""The exception of this package: a contract that is written wrong, as opposed to data that are wrong."""


class ContractError(Exception):
    """A data file of the contracts folder cannot be used; it names the file and the problem."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.file = file
        self.problem = problem
