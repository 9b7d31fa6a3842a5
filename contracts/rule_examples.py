"""Examples of what each rule finds, as data: the catalogue prints them, the tests try them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One way to break a valid submission, and what is found then.

    *cells* sets values by sheet and address, *kept* the results that the file holds for formulas among them; *rows*
    drops rows by sheet; *sheets* drops whole sheets; *looks* sets ``format``, ``struck`` and ``colour`` of the font by
    sheet and range. What is found:
    *message* at *cell* of *sheet*, weighing *severity*. *base* names the valid submission that is broken.
    """

    rule: str
    base: str
    title: str
    cells: Mapping[str, Mapping[str, Any]]
    kept: Mapping[str, Mapping[str, str]]
    without_rows: Mapping[str, tuple[int, ...]]
    hidden_rows: Mapping[str, tuple[int, ...]]
    looks: Mapping[str, Mapping[str, Mapping[str, Any]]]
    without_sheets: tuple[str, ...]
    sheet: str
    cell: str | None
    severity: str
    message: str


def read_examples(path: Path) -> tuple[Example, ...]:
    """Load the examples; raise `ContractError` where one is not complete."""
    try:
        raw = read_yaml(path)
        return tuple(_example(one, raw["base"]) for one in raw["examples"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ContractError(path.name, f"example entry missing or malformed: {error!r}") from error


def _example(raw: Mapping[str, Any], base: str) -> Example:
    finds = raw["finds"]
    return Example(
        rule=raw["rule"],
        base=base,
        title=raw["title"],
        cells=raw.get("cells", {}),
        kept=raw.get("kept", {}),
        without_rows={sheet: tuple(rows) for sheet, rows in raw.get("without_rows", {}).items()},
        hidden_rows={sheet: tuple(rows) for sheet, rows in raw.get("hide_rows", {}).items()},
        looks=raw.get("looks", {}),
        without_sheets=tuple(raw.get("without_sheets", ())),
        sheet=finds["sheet"],
        cell=finds.get("cell"),
        severity=finds["severity"],
        message=finds["message"],
    )
