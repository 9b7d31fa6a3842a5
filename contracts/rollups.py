"""What must hold of the roll-ups of city and province: tables and expectations as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compiled_once

SEVERITIES = ("hard", "soft", "report")
ENGINE = "great-expectations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation on a table: *kind* and *arguments* as the engine of expectations has them.

    *named* are the columns by which a row that fails is named; *passing* and *failing* a case each way. *provinces*,
    where any, are those in which it holds.
    """

    id: str
    rule: str
    severity: str
    description: str
    basis: str
    kind: str
    arguments: Mapping[str, Any]
    named: tuple[str, ...]
    passing: str
    failing: str
    provinces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUpTable:
    """One table of a roll-up; *columns* maps name to heading."""

    name: str
    title: str
    columns: Mapping[str, str]
    expectations: tuple[Expectation, ...]


@compiled_once
def read_rollups(raw: Mapping[str, Any], file: str) -> tuple[RollUpTable, ...]:
    """Load the tables of one contract; raise `ContractError` where an entry is not complete or names no column."""
    try:
        tables = tuple(_table(one, file) for one in raw["schema"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ContractError(file, f"roll-up entry missing or malformed: {error!r}") from error
    return tables


def _table(raw: Mapping[str, Any], file: str) -> RollUpTable:
    columns = {one["name"]: one["businessName"] for one in raw["properties"]}
    expectations = tuple(_expectation(one, file) for one in raw["quality"])
    for one in expectations:
        _refuse_strangers(one, set(columns), file)
    return RollUpTable(name=raw["name"], title=raw["businessName"], columns=columns, expectations=expectations)


def _expectation(raw: Mapping[str, Any], file: str) -> Expectation:
    own = {one["property"]: one["value"] for one in raw["customProperties"]}
    if raw["engine"] != ENGINE or raw["severity"] not in SEVERITIES:
        raise ContractError(file, f"rule {raw['id']}: expected the engine {ENGINE} and a severity of {SEVERITIES}")
    return Expectation(
        id=raw["id"],
        rule=own["rule"],
        severity=raw["severity"],
        description=raw["description"],
        basis="；".join(one["description"] for one in raw["authoritativeDefinitions"]),
        kind=raw["implementation"]["type"],
        arguments=raw["implementation"]["kwargs"],
        named=tuple(raw["implementation"]["named"]),
        passing=own["passing"],
        failing=own["failing"],
        provinces=tuple(own.get("provinces", ())),
    )


def _refuse_strangers(one: Expectation, known: set[str], file: str) -> None:
    given = [value for key, value in one.arguments.items() if key.startswith("column")]
    asked = {name for value in given for name in (value if isinstance(value, list) else [value])}
    if strangers := sorted((asked | set(one.named)) - known):
        raise ContractError(file, f"rule {one.id}: the table has no columns {strangers}")
