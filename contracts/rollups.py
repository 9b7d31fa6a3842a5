"""What must hold of the roll-ups of city and province: tables and expectations as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compile_once

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
    expectation_type: str
    arguments: Mapping[str, Any]
    identifying_columns: tuple[str, ...]
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


@compile_once
def load_rollup_tables(raw: Mapping[str, Any], file: str) -> tuple[RollUpTable, ...]:
    """Load the tables of one contract; raise `ContractError` where an entry is not complete or names no column."""
    try:
        tables = tuple(_build_table(one, file) for one in raw["schema"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ContractError(file, f"roll-up entry missing or malformed: {error!r}") from error
    return tables


def _build_table(raw: Mapping[str, Any], file: str) -> RollUpTable:
    columns = {one["name"]: one["businessName"] for one in raw["properties"]}
    expectations = tuple(_build_expectation(one, file) for one in raw["quality"])
    for one in expectations:
        _refuse_unknown_columns(one, set(columns), file)
    return RollUpTable(name=raw["name"], title=raw["businessName"], columns=columns, expectations=expectations)


def _build_expectation(raw: Mapping[str, Any], file: str) -> Expectation:
    own = {one["property"]: one["value"] for one in raw["customProperties"]}
    if raw["engine"] != ENGINE or raw["severity"] not in SEVERITIES:
        raise ContractError(file, f"rule {raw['id']}: expected the engine {ENGINE} and a severity of {SEVERITIES}")
    return Expectation(
        id=raw["id"],
        rule=own["rule"],
        severity=raw["severity"],
        description=raw["description"],
        basis="；".join(one["description"] for one in raw["authoritativeDefinitions"]),
        expectation_type=raw["implementation"]["type"],
        arguments=raw["implementation"]["kwargs"],
        identifying_columns=tuple(raw["implementation"]["named"]),
        passing=own["passing"],
        failing=own["failing"],
        provinces=tuple(own.get("provinces", ())),
    )


def _refuse_unknown_columns(expectation: Expectation, known_columns: set[str], file: str) -> None:
    given = [value for key, value in expectation.arguments.items() if key.startswith("column")]
    asked = {name for value in given for name in (value if isinstance(value, list) else [value])}
    if strangers := sorted((asked | set(expectation.identifying_columns)) - known_columns):
        raise ContractError(file, f"rule {expectation.id}: the table has no columns {strangers}")
