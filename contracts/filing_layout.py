"""What a filing shows and what an archive must hold, as data: ``contracts/filing.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compiled_once

SPANS = ("year", "whole")


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """One table of indicators: which columns of which form, in order."""

    id: str
    form: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Which reported column says what was due of a measure where no plan does; *over* is ``year`` or ``whole``."""

    measure: str
    form: str
    column: str
    over: str


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """One thing that the measures want kept; *made* tells whether the archive made here holds it by itself."""

    id: str
    name: str
    basis: str
    made: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibits:
    """All of it."""

    tables: tuple[IndicatorTable, ...] = ()
    targets: tuple[Target, ...] = ()
    archive: tuple[ArchiveItem, ...] = ()


@compiled_once
def read_exhibits(raw: Mapping[str, Any], file: str) -> Exhibits:
    """Load the file; raise `ContractError` that names what is missing or malformed."""
    try:
        exhibits = Exhibits(
            tables=tuple(IndicatorTable(one["id"], one["form"], tuple(one["columns"])) for one in raw["tables"]),
            targets=tuple(Target(one["measure"], one["form"], one["column"], one["over"]) for one in raw["targets"]),
            archive=tuple(
                ArchiveItem(one["id"], one["name"], one["basis"], bool(one["made"])) for one in raw["archive"]
            ),
        )
    except (KeyError, TypeError) as error:
        raise ContractError(file, f"entry missing or malformed: {error!r}") from error
    for one in exhibits.targets:
        if one.over not in SPANS:
            raise ContractError(file, f"target of {one.measure}: over is one of {SPANS}, got {one.over!r}")
    return exhibits
