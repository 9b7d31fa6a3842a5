"""Look for mistakes in all contract files of a folder at once."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Final

from contracts.contract_library import ContractLibrary
from contracts.lint.arguments import check_arguments, check_engines
from contracts.lint.documents import ContractDocument, read_documents
from contracts.lint.form_problems import check_form
from contracts.lint.index import build_index
from contracts.lint.loading import LOADING_CODE, check_loading
from contracts.lint.logic import check_logic
from contracts.lint.problems import ContractProblem, InvalidContractsError
from contracts.lint.procedure_problems import check_procedures
from contracts.lint.references import check_references
from contracts.lint.sentences import check_sentences
from contracts.lint.standard_entries import check_standard_entries
from contracts.lint.structure import check_structure

# A file with such a mistake can still be read for what it says otherwise.
_HARMLESS_CODES: Final = frozenset({"key_unknown", "key_misspelt", "standard_version"})
# While a file cannot be read, what it declares is unknown to the others: that is no second mistake.
_FOLLOWING_CODES: Final = frozenset(
    {"form_unknown", "column_unknown", "file_not_found", "paragraph_figure", "example_rule", "rule_unsaid"}
)


def require_valid_contracts(library: ContractLibrary) -> None:
    """Raise `InvalidContractsError` if any contract file has a mistake that is an error."""
    errors = [problem for problem in lint_contracts(library) if problem.is_error]
    if errors:
        raise InvalidContractsError(errors)


def lint_contracts(library: ContractLibrary) -> tuple[ContractProblem, ...]:
    """Return every mistake in the contracts, by file and line."""
    return _lint_version(library, _compute_version(library))


def count_contents(library: ContractLibrary) -> dict[str, str]:
    """Return how many files, forms and rules there are, as texts by name."""
    documents = [document for document in read_documents(library) if isinstance(document, ContractDocument)]
    index = build_index(documents)
    rule_count = 0
    for form in index.all_forms:
        rule_count += len(form.rules)
    return {"count": str(len(documents)), "forms": str(len(index.all_forms)), "rules": str(rule_count)}


def _compute_version(library: ContractLibrary) -> str:
    paths = sorted((library.root / "examples").glob("*.yaml"))
    examples = map(FilePath.read_bytes, paths)
    return f"{library.compute_version()}:{hash(b''.join(examples))}"


# The same files have the same mistakes: a process that checks many workbooks looks once.
@lru_cache(maxsize=4)
def _lint_version(library: ContractLibrary, _version: str) -> tuple[ContractProblem, ...]:
    problems: list[ContractProblem] = []
    readable: list[ContractDocument] = []
    is_complete = True
    for document in read_documents(library):
        if isinstance(document, ContractProblem):
            problems.append(document)
            is_complete = False
            continue
        mistakes = check_structure(document)
        problems += mistakes
        if not any(map(_spoils_file, mistakes)):
            readable.append(document)
        else:
            is_complete = False
    found = _drop_repeated_loading(_check_meaning(library, readable))
    problems += [problem for problem in found if is_complete or problem.code not in _FOLLOWING_CODES]
    return _sort_problems(problems)


def _spoils_file(problem: ContractProblem) -> bool:
    """Tell whether a file with this mistake cannot be read for what it says otherwise."""
    return problem.code not in _HARMLESS_CODES


def _check_meaning(library: ContractLibrary, documents: list[ContractDocument]) -> Iterator[ContractProblem]:
    index = build_index(documents)
    for form in index.all_forms:
        mistakes = [*check_engines(form), *check_arguments(form, index.forms), *check_form(form, index)]
        mistakes += check_standard_entries(form)
        yield from mistakes
        if not mistakes:
            yield from check_logic(form, index)
    yield from check_references(index)
    yield from check_procedures(index)
    yield from check_sentences(index)
    for document in documents:
        yield from check_loading(library.root, document)


def _drop_repeated_loading(problems: Iterable[ContractProblem]) -> list[ContractProblem]:
    """Return the problems without those of a loader on a file of which something else tells the mistake."""
    problems = list(problems)
    files = {problem.file for problem in problems if problem.is_error and problem.code != LOADING_CODE}
    return [problem for problem in problems if problem.code != LOADING_CODE or problem.file not in files]


def _sort_problems(problems: Iterable[ContractProblem]) -> tuple[ContractProblem, ...]:
    unique: dict[tuple[object, ...], ContractProblem] = {}
    for problem in problems:
        unique.setdefault((*problem.sort_key, *sorted(problem.facts.items())), problem)
    return tuple(sorted(unique.values(), key=lambda problem: problem.sort_key))
