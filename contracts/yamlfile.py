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
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise ContractError(path.name, f"cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(path.name, f"is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ContractError(path.name, "expected a mapping at the top")
    return content
