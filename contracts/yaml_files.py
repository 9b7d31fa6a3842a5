"""Read YAML data files; every error names its file."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from contracts.errors import SettingError

MAX_CACHED_FILES: Final = 64
MAX_CACHED_TEXTS: Final = 128
Compiled = TypeVar("Compiled")


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml where built in
    """Safe loader that refuses a repeated key; PyYAML itself would silently use the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", _find_repeated_key(node))
        return mapping


def _find_repeated_key(node: yaml.MappingNode) -> yaml.Mark:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            mark: yaml.Mark = key.start_mark
            return mark
        seen.add(key.value)
    start: yaml.Mark = node.start_mark
    return start


def load_yaml(path: Path) -> dict[str, Any]:
    """Return the content of the file; raise `SettingError` if it is missing or not a mapping."""
    return parse_yaml(read_text(path), path.name)


def read_text(path: Path) -> str:
    """Return the file's text; raise `SettingError` if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingError(path.name, f"cannot be read: {error.strerror}", "unreadable") from error
    except UnicodeDecodeError as error:
        raise SettingError(path.name, f"is not valid YAML: {error}", "not_utf8") from error


def parse_yaml(text: str, file: str) -> dict[str, Any]:
    """Return the mapping in *text*, the content of *file*; raise `SettingError` if it is not a mapping."""
    try:
        content = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # A day such as 2024-13-01 is a ValueError.
        mark = getattr(error, "problem_mark", None)
        line = str(mark.line + 1) if mark else ""
        raise SettingError(file, f"is not valid YAML: {error}", "not_yaml", line=line) from error
    if not isinstance(content, dict):
        raise SettingError(file, "expected a mapping at the top", "not_mapping")
    return content


@lru_cache(maxsize=MAX_CACHED_TEXTS)
def parse_once(text: str, file: str) -> dict[str, Any]:
    """Return what `parse_yaml` returns; the same text is parsed only once, so nobody may change the result."""
    return parse_yaml(text, file)


def compile_once(compile_content: Callable[[dict[str, Any], str], Compiled]) -> Callable[[Path], Compiled]:
    """Decorate a compile function into a loader that reads the file on each call but compiles the same text only once.

    Reading each time lets an edit take effect. A run over many counties asks for the same files hundreds of times, and
    most of its time between the counties used to go into parsing them. *compile_content* takes the mapping and the
    file's name; it must return an immutable value, because the result is shared.
    """

    @lru_cache(maxsize=MAX_CACHED_FILES)
    def compile_text(text: str, file: str) -> Compiled:
        return compile_content(parse_once(text, file), file)

    @wraps(compile_content)
    def load_compiled(path: Path) -> Compiled:
        return compile_text(read_text(path), path.name)

    return load_compiled
