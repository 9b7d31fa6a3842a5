"""No result is ever loaded in this process because an answer of a Prefect server names it.

The program does not ask Prefect for results (see `flows.run.job_result_files`). This closes the same door inside
Prefect: the state of a run, as a server sends it, may name a file or a block with a pickle in it, and loading a pickle
runs code. Even to read such a state, Prefect imports the libraries that it names.
"""

from typing import Any, Final, NoReturn

import prefect.serializers
from prefect.results import ResultStore
from prefect.serializers import CompressedSerializer, JSONSerializer, PickleSerializer

_ALLOWED_LIBRARIES: Final = frozenset({"cloudpickle", "lzma"})
"""Prefect's own defaults, which it names when it writes."""


class ResultRefusedError(Exception):
    """Prefect was about to load a result."""


def refuse_results() -> None:
    """Make Prefect in this process unable to load a result, or to import a library that a result names."""
    _replace(ResultStore, "_read", _refuse_to_load)
    _replace(ResultStore, "_aread", _refuse_to_load_async)
    for serializer in (PickleSerializer, JSONSerializer, CompressedSerializer):
        _replace(serializer, "loads", _refuse_to_load)
    _replace(prefect.serializers, "validate_picklelib", _require_own_library)
    _replace(prefect.serializers, "validate_compressionlib", _require_own_library)


def _replace(owner: Any, name: str, replacement: Any) -> None:  # noqa: ANN401 - classes and a module of Prefect
    getattr(owner, name)  # a release of Prefect that has renamed it must not pass unnoticed
    setattr(owner, name, replacement)


def _refuse_to_load(*_: object, **__: object) -> NoReturn:
    raise ResultRefusedError("results are not loaded from Prefect")


async def _refuse_to_load_async(*_: object, **__: object) -> NoReturn:
    raise ResultRefusedError("results are not loaded from Prefect")


def _require_own_library(name: str) -> str:
    if name not in _ALLOWED_LIBRARIES:
        raise ValueError(f"expected a library of Prefect's own defaults, got {name!r}")
    return name
