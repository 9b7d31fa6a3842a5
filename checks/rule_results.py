"""Results of rules, kept while one workbook is checked: a rule runs again only if something that it read has changed.

A supposed correction changes few tables. Which tables and sheets a rule reads is observed while it runs, so that no
list of them can be wrong.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

from checks.localisation.repair_problem import SolvedProblems
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.locate_tables import TableSearchResult
from checks.recognition.table import Table

# An older result is hardly ever asked for again, and holds a whole table.
_MAX_RESULTS_PER_RULE: Final = 6
_INPUT_NAMES: Final = ("table", "search", "book")
T = TypeVar("T")


class _ObservedTables(Mapping[str, Table]):
    """The tables of a workbook; *names_read* are those that were asked for, found or not."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self.names_read: dict[str, None] = {}
        self.are_all_read = False

    def __getitem__(self, name: str) -> Table:
        self.names_read[name] = None
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        self.are_all_read = True
        return iter(self._tables)

    def __len__(self) -> int:
        self.are_all_read = True
        return len(self._tables)


class _ObservedSubject(FormUnderCheck):
    """A form under check; *inputs_read* are the names of its attributes that were read."""

    __slots__ = ("inputs_read",)
    inputs_read: set[str]

    def __getattribute__(self, name: str) -> object:
        if name in _INPUT_NAMES:
            object.__getattribute__(self, "inputs_read").add(name)
        return object.__getattribute__(self, name)


@dataclass(frozen=True, slots=True)
class _KeptResult:
    """What a rule returned for *subject*, and what it read of it: attributes, and tables of other forms."""

    subject: FormUnderCheck
    inputs_read: frozenset[str]
    tables_read: tuple[str, ...] | None
    results: Sequence[Any]

    def is_valid_for(self, subject: FormUnderCheck) -> bool:
        """Return whether everything that was read is the same in another subject."""
        before = self.subject
        if "table" in self.inputs_read and subject.table is not before.table:
            return False
        if "search" in self.inputs_read and not _is_same_search(subject.search, before.search):
            return False
        if "book" in self.inputs_read and not _is_same_book(subject.book, before.book):
            return False
        if self.tables_read is None:
            return list(subject.tables) == list(before.tables) and self._has_same_tables(subject, before.tables)
        return self._has_same_tables(subject, self.tables_read)

    def _has_same_tables(self, subject: FormUnderCheck, names: Iterable[str]) -> bool:
        return all(subject.tables.get(name) is self.subject.tables.get(name) for name in names)


def _is_same_search(search: TableSearchResult, other: TableSearchResult) -> bool:
    return (
        search.location is other.location
        and search.rival_sheets == other.rival_sheets
        and search.sheet_without_header == other.sheet_without_header
    )


def _is_same_book(book: RawWorkbook, other: RawWorkbook) -> bool:
    if len(book.sheets) != len(other.sheets):
        return False
    return all(sheet is before for sheet, before in zip(book.sheets, other.sheets, strict=True))


@dataclass(slots=True)
class RuleResults:
    """The results of rules on the forms of one workbook and of its supposed corrections, the newest first.

    All of them have the same cover, contract and history.
    """

    solved_problems: SolvedProblems = field(default_factory=SolvedProblems)
    _kept: dict[tuple[str, Hashable], list[_KeptResult]] = field(default_factory=dict)

    def evaluate(
        self, subject: FormUnderCheck, key: Hashable, evaluate: Callable[[FormUnderCheck], Iterable[T]]
    ) -> Sequence[T]:
        """Return what *evaluate* returns for a subject, or returned for one that is the same in all that it read.

        *key* distinguishes what is evaluated on a form.
        """
        kept_results = self._kept.setdefault((subject.form.name, key), [])
        for kept in kept_results:
            if kept.is_valid_for(subject):
                return kept.results
        kept = _evaluate_observed(subject, evaluate)
        kept_results.insert(0, kept)
        del kept_results[_MAX_RESULTS_PER_RULE:]
        return kept.results


def _evaluate_observed(subject: FormUnderCheck, evaluate: Callable[[FormUnderCheck], Iterable[Any]]) -> _KeptResult:
    values = {item.name: getattr(subject, item.name) for item in fields(subject)}
    tables = _ObservedTables(subject.tables)
    observed = object.__new__(_ObservedSubject)
    object.__setattr__(observed, "inputs_read", set())
    observed.__init__(**{**values, "tables": tables})  # type: ignore[misc]
    results = tuple(evaluate(observed))
    tables_read = None if tables.are_all_read else tuple(tables.names_read)
    return _KeptResult(subject, frozenset(observed.inputs_read), tables_read, results)
