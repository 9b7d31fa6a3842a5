"""The exceptions of this package: a contract or a setting that is wrong, as opposed to data that are wrong.

The exceptions of all rooms begin with `PortableError`.
"""


class PortableError(Exception):
    """An error that has the same text and fields when it comes back from another process."""

    def __reduce__(self) -> tuple[object, ...]:
        """Return how the error is made again: with its text and its fields, not by calling its class with its text."""
        return _rebuild_error, (type(self), self.args), self.__dict__


def _rebuild_error(error_class: type[PortableError], arguments: tuple[object, ...]) -> PortableError:
    return error_class.__new__(error_class, *arguments)


class ContractError(PortableError):
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
