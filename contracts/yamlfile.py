"""Read one YAML data file, with errors that name it."""

from pathlib import Path
from typing import Any

import yaml

from contracts.errors import ContractError


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
