"""The contract files as data with lines: what a path in a file leads to, and on which line it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path as FilePath
from typing import Any, Final

import yaml

from contracts.contract_library import ContractLibrary
from contracts.errors import SettingError
from contracts.lint.problems import ContractProblem, Path
from contracts.yaml_files import parse_once, read_text

_KIND_BY_PLACE: Final = {
    "forms": "form",
    "packages": "package",
    "plans": "plan",
    "procedures": "procedure",
    "registers": "register",
    "rollups": "rollups",
    "examples": "examples",
    "messages": "messages",
    "returning.yaml": "returning",
    "filing.yaml": "filing",
    "notices.yaml": "notices",
    "recognition.yaml": "recognition",
}
_NEEDED_FILES: Final = ("returning.yaml", "filing.yaml", "notices.yaml", "messages/zh.yaml", "forms/cover.odcs.yaml")
_ODCS_SUFFIX: Final = ".odcs.yaml"
_MAX_WHOLE: Final = 2**63
_PROGRAM_FOLDERS: Final = ("lint/", "standard/")  # they describe the program


@dataclass(frozen=True, slots=True, eq=False)
class ContractDocument:
    """One file: its path inside the folder, its kind, its text, and its content with texts as keys."""

    file: str
    kind: str
    text: str
    content: Mapping[str, Any]

    @property
    def stem(self) -> str:
        """The file's name without its endings."""
        return self.file.rpartition("/")[2].removesuffix(".yaml").removesuffix(".odcs")

    def build_problem(self, path: Path, code: str, /, **facts: str) -> ContractProblem:
        """Return a mistake at the line that *path* leads to."""
        return ContractProblem(self.file, find_line(self.text, path), code, facts)

    def build_warning(self, path: Path, code: str, /, **facts: str) -> ContractProblem:
        """Return what is only worth a look, at the line that *path* leads to."""
        return ContractProblem(self.file, find_line(self.text, path), code, facts, is_error=False)


def find_line(text: str, path: Path) -> int:
    """Return the line, from 1, of what *path* leads to; where it leads nowhere, that of the last step that exists."""
    node, line = _compose(text), 1
    for step in path:
        found = _find_step(node, step)
        if found is None:
            break
        node, line = found
    return line


def _find_step(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item.start_mark.line + 1
    return None


# Only a file with a mistake is composed, and then its other mistakes are mostly looked for at once.
@lru_cache(maxsize=16)
def _compose(text: str) -> yaml.Node | None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.compose(text, Loader=loader)


def read_documents(library: ContractLibrary) -> Iterator[ContractDocument | ContractProblem]:
    """Yield every contract file, or the mistake for which it cannot be read."""
    for name in _NEEDED_FILES:
        if not (library.root / name).is_file():
            yield ContractProblem(name, 1, "file_missing")
    for path in sorted(library.root.rglob("*.yaml")):
        name = path.relative_to(library.root).as_posix()
        if not name.startswith(_PROGRAM_FOLDERS):
            yield _read_document(path, name)


def _read_document(path: FilePath, name: str) -> ContractDocument | ContractProblem:
    place = name.partition("/")[0]
    if place not in _KIND_BY_PLACE or name.count("/") > 1:
        return ContractProblem(name, 1, "file_unknown")
    kind = _KIND_BY_PLACE[place]
    if (kind in ("form", "rollups")) != name.endswith(_ODCS_SUFFIX):
        return ContractProblem(name, 1, "file_ending")
    try:
        text = read_text(path)
        content = load_content(text, name)
    except SettingError as error:
        return ContractProblem(name, int(error.facts.get("line") or 1), error.code, {"problem": error.problem})
    return ContractDocument(name, kind, text, content)


# The parts that no check asks for, such as examples, are the same in most commands of a process.
@lru_cache(maxsize=128)
def load_content(text: str, name: str) -> Mapping[str, Any]:
    """Return the content of a file as JSON would have it; raise `SettingError` if it is no mapping."""
    content: dict[str, Any] = _convert(parse_once(text, name.rpartition("/")[2]))
    return content


def _convert(value: Any) -> Any:  # noqa: ANN401 - what YAML may hold
    if isinstance(value, dict):
        return {str(key): _convert(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_convert(entry) for entry in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _convert_number(value)
    if value is None or isinstance(value, (str, bool)):
        return value
    return str(value)  # a day, written as YAML has it


def _convert_number(value: float) -> float | None:
    if not isfinite(value):
        return None  # JSON has no such number, and no contract needs one
    return float(value) if abs(value) >= _MAX_WHOLE else value
