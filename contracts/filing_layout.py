"""What a filing shows and what an archive must hold, as data: ``contracts/filing.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError, build_entry_error
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
    """The reported column that holds the target of a measure if no approved plan does.

    *period* is ``year`` for the target of one year or ``whole`` for the target over all years.
    """

    measure: str
    form: str
    column: str
    period: str


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """One item that the regulation requires to be kept; *is_generated* if the archive made here contains it.

    An item that *is_optional* is listed only if there is any file of it.
    """

    id: str
    name: str
    basis: str
    is_generated: bool
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLayout:
    """The layout of filings and archives."""

    indicator_tables: tuple[IndicatorTable, ...] = ()
    target_columns: tuple[TargetColumn, ...] = ()
    archive_items: tuple[ArchiveItem, ...] = ()


@compile_once
def load_filing_layout(raw: Mapping[str, Any], file: str) -> FilingLayout:
    """Load the file; raise `ContractError` if an entry is missing or malformed."""
    try:
        layout = FilingLayout(
            indicator_tables=tuple(map(_build_indicator_table, raw["tables"])),
            target_columns=tuple(map(_build_target_column, raw["targets"])),
            archive_items=tuple(map(_build_archive_item, raw["archive"])),
        )
    except (KeyError, TypeError) as error:
        raise build_entry_error(file, error) from error
    for target in layout.target_columns:
        if target.period not in TARGET_PERIODS:
            raise ContractError(
                file,
                f"target of {target.measure}: over is one of {TARGET_PERIODS}, got {target.period!r}",
                "not_among",
                name=f"targets, {target.measure}, over",
                expected=TARGET_PERIODS,
                value=target.period,
            )
    return layout


def _build_indicator_table(raw: Mapping[str, Any]) -> IndicatorTable:
    return IndicatorTable(raw["id"], raw["form"], tuple(raw["columns"]))


def _build_target_column(raw: Mapping[str, Any]) -> TargetColumn:
    return TargetColumn(raw["measure"], raw["form"], raw["column"], raw["over"])


def _build_archive_item(raw: Mapping[str, Any]) -> ArchiveItem:
    return ArchiveItem(raw["id"], raw["name"], raw["basis"], bool(raw["made"]), bool(raw.get("optional")))
