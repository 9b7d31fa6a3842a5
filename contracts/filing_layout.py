"""What a filing shows and what an archive must hold, as data: ``contracts/filing.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compile_once

TARGET_PERIODS = ("year", "whole")


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """One table of indicators: which columns of which form, in order."""

    id: str
    form: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """Which reported column says what was due of a measure where no plan does; *over* is ``year`` or ``whole``."""

    measure: str
    form: str
    column: str
    period: str


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """One thing that the measures want kept; *made* tells whether the archive made here holds it by itself."""

    id: str
    name: str
    basis: str
    is_generated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLayout:
    """All of it."""

    indicator_tables: tuple[IndicatorTable, ...] = ()
    target_columns: tuple[TargetColumn, ...] = ()
    archive_items: tuple[ArchiveItem, ...] = ()


@compile_once
def load_filing_layout(raw: Mapping[str, Any], file: str) -> FilingLayout:
    """Load the file; raise `ContractError` that names what is missing or malformed."""
    try:
        exhibits = FilingLayout(
            indicator_tables=tuple(
                IndicatorTable(one["id"], one["form"], tuple(one["columns"])) for one in raw["tables"]
            ),
            target_columns=tuple(
                TargetColumn(one["measure"], one["form"], one["column"], one["over"]) for one in raw["targets"]
            ),
            archive_items=tuple(
                ArchiveItem(one["id"], one["name"], one["basis"], bool(one["made"])) for one in raw["archive"]
            ),
        )
    except (KeyError, TypeError) as error:
        raise ContractError(file, f"entry missing or malformed: {error!r}") from error
    for one in exhibits.target_columns:
        if one.period not in TARGET_PERIODS:
            raise ContractError(file, f"target of {one.measure}: over is one of {TARGET_PERIODS}, got {one.period!r}")
    return exhibits
