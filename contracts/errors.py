"""The exceptions of this package: a contract or a setting that is wrong, as opposed to data that are wrong."""


class ContractError(Exception):
    """A data file of the contracts folder cannot be used; it names the file and the problem."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.file = file
        self.problem = problem


class SettingError(ContractError):
    """A setting, or a file that an operator writes, cannot be used: the sentence is ``setting.<code>`` with its facts.

    *file* is the variable or the file, *problem* the same in English for a log.
    """

    def __init__(self, file: str, problem: str, code: str, **facts: str) -> None:
        super().__init__(file, problem)
        self.code = code
        self.facts = facts
