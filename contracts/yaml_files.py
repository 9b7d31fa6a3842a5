"""Read one YAML data file, with errors that name it."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from contracts.errors import ContractError

KEPT: Final = 64
Compiled = TypeVar("Compiled")


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml where built in
    """Safe loading that refuses a key written twice, which YAML libraries otherwise let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(made) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", node.start_mark)
        return made


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that the file holds; raise `ContractError` where it is missing or not a mapping."""
    return parse_yaml(read_text(path), path.name)


def read_text(path: Path) -> str:
    """Return the file's text; raise `ContractError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContractError(path.name, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContractError(path.name, f"is not valid YAML: {error}") from error


def parse_yaml(text: str, name: str) -> dict[str, Any]:
    """Return the mapping that *text* holds, the file called *name*; raise `ContractError` where it is none."""
    try:
        content = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ContractError(name, f"is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ContractError(name, "expected a mapping at the top")
    return content


def compiled_once(compile_: Callable[[dict[str, Any], str], Compiled]) -> Callable[[Path], Compiled]:
    """Let a file be read at every call, so that an edit takes effect, and compiled only where its text is new.

    A run of many counties asks for the same files hundreds of times, and parsing them was most of what it did between
    the counties. *compile_* takes the mapping and the file's name, and returns what nobody alters.
    """

    @lru_cache(maxsize=KEPT)
    def compiled(text: str, file: str) -> Compiled:
        return compile_(parse_yaml(text, file), file)

    @wraps(compile_)
    def read(path: Path) -> Compiled:
        return compiled(read_text(path), path.name)

    return read
