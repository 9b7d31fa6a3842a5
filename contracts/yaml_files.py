"""Read one YAML data file, with errors that name it."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from contracts.errors import ContractError

MAX_CACHED_FILES: Final = 64
Compiled = TypeVar("Compiled")


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml where built in
    """Safe loading that refuses a key written twice, which YAML libraries otherwise let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(made) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", node.start_mark)
        return made


def load_yaml(path: Path) -> dict[str, Any]:
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


def parse_yaml(text: str, file: str) -> dict[str, Any]:
    """Return the mapping that *text* holds, the file called *name*; raise `ContractError` where it is none."""
    try:
        content = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ContractError(file, f"is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ContractError(file, "expected a mapping at the top")
    return content


def compile_once(compile_content: Callable[[dict[str, Any], str], Compiled]) -> Callable[[Path], Compiled]:
    """Let a file be read at every call, so that an edit takes effect, and compiled only where its text is new.

    A run of many counties asks for the same files hundreds of times, and parsing them was most of what it did between
    the counties. *compile_* takes the mapping and the file's name, and returns what nobody alters.
    """

    @lru_cache(maxsize=MAX_CACHED_FILES)
    def compile_text(text: str, file: str) -> Compiled:
        return compile_content(parse_yaml(text, file), file)

    @wraps(compile_content)
    def load_compiled(path: Path) -> Compiled:
        return compile_text(read_text(path), path.name)

    return load_compiled
