"""An error that comes back from another process has the text and the fields that it had there."""

import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.lint.problems import ContractProblem
from workbooks.gate.intake_fault import IntakeFault

ROOMS = ("contracts", "checks", "review", "filing", "workbooks", "ledger", "notices", "flows", "desk")
TEXTS = st.text(max_size=12)


def list_modules(room: str) -> Iterator[ModuleType]:
    """Yield the modules of a room; the migrations of the database are no modules of ours to import."""
    package = importlib.import_module(room)
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{room}."):
        if not info.name.endswith("__main__") and ".migrations." not in info.name:
            yield importlib.import_module(info.name)


def list_error_classes() -> list[type[Exception]]:
    """Return every exception that the rooms define."""
    classes = set()
    for room in ROOMS:
        for module in list_modules(room):
            for _, value in inspect.getmembers(module, inspect.isclass):
                if issubclass(value, Exception) and value.__module__.startswith(room):
                    classes.add(value)
    return sorted(classes, key=lambda cls: cls.__qualname__)


def choose_value(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of a parameter's type."""
    if hint is int:
        return st.integers()
    if hint is Path:
        return st.just(Path("输出 1/file.xlsx"))
    if hint is IntakeFault:
        return st.builds(IntakeFault, code=TEXTS, sheet=TEXTS, facts=st.dictionaries(TEXTS, TEXTS, max_size=2))
    if hint == Iterable[ContractProblem]:
        return st.lists(st.builds(ContractProblem, TEXTS, st.integers(), TEXTS), min_size=1, max_size=2)
    if inspect.isclass(hint) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return TEXTS


@pytest.mark.parametrize("error_class", list_error_classes(), ids=lambda cls: cls.__name__)
@given(data=st.data())
def test_an_error_keeps_its_text_and_fields(error_class: type[Exception], data: st.DataObject) -> None:
    """Also twice: from a worker to the run, and from there to a log."""
    if error_class.__init__ is Exception.__init__:
        error = error_class(data.draw(TEXTS))
    else:
        signature = inspect.signature(error_class)
        hints = get_type_hints(error_class.__init__)
        arguments, named = [], {}
        for parameter in signature.parameters.values():
            value = data.draw(choose_value(hints.get(parameter.name, str)))
            if parameter.kind in {parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD}:
                named[parameter.name] = value
            else:
                arguments.append(value)
        error = error_class(*arguments, **named)
    copy = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(error))))  # noqa: S301 - our own bytes
    assert type(copy) is error_class
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
