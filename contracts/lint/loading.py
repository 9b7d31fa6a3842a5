"""What only the loaders refuse: each file loaded once, and what a loader says told at its line."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Final

from contracts.errors import ContractError, SettingError
from contracts.filing_layout import load_filing_layout
from contracts.lint.documents import ContractDocument
from contracts.lint.problems import ContractProblem
from contracts.notice_vocabulary import load_notice_vocabulary
from contracts.packages import load_package
from contracts.plans import load_plan
from contracts.procedures import load_procedure
from contracts.recognition_words import load_recognition_words
from contracts.registers import load_register
from contracts.return_policy import load_return_policy
from contracts.rollups import load_rollup_tables
from contracts.rule_examples import load_examples

LOADING_CODE: Final = "not_loaded"
_LOADERS: Final[Mapping[str, Callable[[FilePath], object]]] = {
    "package": load_package,
    "plan": load_plan,
    "procedure": load_procedure,
    "register": load_register,
    "returning": load_return_policy,
    "filing": load_filing_layout,
    "notices": load_notice_vocabulary,
    "recognition": load_recognition_words,
    "rollups": load_rollup_tables,
    "examples": load_examples,
}


def check_loading(root: FilePath, document: ContractDocument) -> Iterator[ContractProblem]:
    """Yield what the loader of a file says of it."""
    load = _LOADERS.get(document.kind)
    if load is None:
        return
    try:
        load(root / document.file)
    except SettingError as error:
        yield document.build_problem(error.path, error.code, problem=error.problem)
    except ContractError as error:
        yield document.build_problem(error.path, LOADING_CODE, cause=error.code, **error.facts)
