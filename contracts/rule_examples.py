"""Examples of violations of each rule, as data: the catalogue prints them, the tests run them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import build_entry_error
from contracts.yaml_files import parse_once, read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExample:
    """One way to make a valid submission invalid, and the finding that results.

    *base* names the valid submission. The edits: *cells* sets values by sheet and address; *cached_results* are the
    results stored for the formulas among them; *dropped_rows* and *hidden_rows* are row numbers by sheet;
    *dropped_sheets* are sheet names; *cell_styles* sets ``format``, ``struck`` and ``colour`` of the font by sheet and
    range. The finding: *message* at *cell* of *sheet* with *severity*; *cell* is None for a whole sheet.
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
    """Load the examples of one file; raise `ContractError` if an entry is missing or malformed."""
    try:
        raw = parse_once(read_text(path), path.name)
        return tuple(_build_example(example, raw["base"]) for example in raw["examples"])
    except (KeyError, TypeError, AttributeError) as error:
        raise build_entry_error(path.name, error) from error


def _build_example(raw: Mapping[str, Any], base: str) -> RuleExample:
    finding = raw["finds"]
    return RuleExample(
        rule=raw["rule"],
        base=base,
        title=raw["title"],
        cells=raw.get("cells", {}),
        cached_results=raw.get("kept", {}),
        dropped_rows=_build_row_numbers(raw.get("without_rows", {})),
        hidden_rows=_build_row_numbers(raw.get("hide_rows", {})),
        cell_styles=raw.get("looks", {}),
        dropped_sheets=tuple(raw.get("without_sheets", ())),
        sheet=finding["sheet"],
        cell=finding.get("cell"),
        severity=finding["severity"],
        message=finding["message"],
    )


def _build_row_numbers(raw: Mapping[str, Iterable[int]]) -> dict[str, tuple[int, ...]]:
    return {sheet: tuple(rows) for sheet, rows in raw.items()}
