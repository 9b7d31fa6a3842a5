"""The exceptions of this package: a contract or a setting that is wrong, as opposed to data that are wrong.

The exceptions of all rooms begin with `PortableError`.
"""

from typing import Self


class PortableError(Exception):
    """An error that has the same text and fields when it comes back from another process."""

    def __reduce__(self) -> tuple[object, ...]:
        """Return how the error is made again: with its text and its fields, not by calling its class with its text."""
        return _rebuild_error, (type(self), self.args), self.__dict__


def _rebuild_error(error_class: type[PortableError], arguments: tuple[object, ...]) -> PortableError:
    return error_class.__new__(error_class, *arguments)


class ContractError(PortableError):
    """A data file of the contracts folder cannot be used; it names the file and the problem.

    *problem* is in English, for a log; people get the text ``contract_problem.<code>`` with its *facts*. *path* leads
    to the problem inside the file, by keys and list positions; it is empty if that is not known.
    """

    def __init__(self, file: str, problem: str, code: str, **facts: object) -> None:
        super().__init__(f"{file}: {problem}")
        self.file = file
        self.problem = problem
        self.code = code
        self.facts = {name: format_fact(fact) for name, fact in facts.items()}
        self.path: tuple[str | int, ...] = ()

    def add_path(self, *path: str | int) -> Self:
        """Return the error with the place inside the file."""
        self.path = path
        return self


class SettingError(ContractError):
    """A setting, or a file that an operator writes, cannot be used: the sentence is ``setting.<code>`` with its facts.

    *file* is the variable or the file, *problem* the same in English for a log.
    """

    def __init__(self, file: str, problem: str, code: str, **facts: str) -> None:
        super().__init__(file, problem, code, **facts)


def format_fact(fact: object) -> str:
    """Return a fact as text; of several names, a list of them."""
    if isinstance(fact, list | tuple | set | frozenset):
        return "、".join(map(str, fact))
    return str(fact)


def name_missing_entry(error: Exception) -> str:
    """Return the entry that an error misses, or that is of the wrong kind, as far as the error tells."""
    return str(error.args[0]) if error.args else type(error).__name__


def build_entry_error(file: str, error: Exception) -> ContractError:
    """Return the error on a file of which an entry is missing or malformed, from the *error* met while it was read."""
    return ContractError(file, f"entry missing or malformed: {error!r}", "malformed", entry=name_missing_entry(error))
