"""Examples of what each rule finds, as data: the catalogue prints them, the tests try them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import load_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExample:
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
    cached_results: Mapping[str, Mapping[str, str]]
    dropped_rows: Mapping[str, tuple[int, ...]]
    hidden_rows: Mapping[str, tuple[int, ...]]
    cell_styles: Mapping[str, Mapping[str, Mapping[str, Any]]]
    dropped_sheets: tuple[str, ...]
    sheet: str
    cell: str | None
    severity: str
    message: str


def load_examples(path: Path) -> tuple[RuleExample, ...]:
    """Load the examples; raise `ContractError` where one is not complete."""
    try:
        raw = load_yaml(path)
        return tuple(_build_example(one, raw["base"]) for one in raw["examples"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ContractError(path.name, f"example entry missing or malformed: {error!r}") from error


def _build_example(raw: Mapping[str, Any], base: str) -> RuleExample:
    finds = raw["finds"]
    return RuleExample(
        rule=raw["rule"],
        base=base,
        title=raw["title"],
        cells=raw.get("cells", {}),
        cached_results=raw.get("kept", {}),
        dropped_rows={sheet: tuple(rows) for sheet, rows in raw.get("without_rows", {}).items()},
        hidden_rows={sheet: tuple(rows) for sheet, rows in raw.get("hide_rows", {}).items()},
        cell_styles=raw.get("looks", {}),
        dropped_sheets=tuple(raw.get("without_sheets", ())),
        sheet=finds["sheet"],
        cell=finds.get("cell"),
        severity=finds["severity"],
        message=finds["message"],
    )
