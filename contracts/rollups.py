"""Expectations on the roll-ups of city and province, as data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError, build_entry_error
from contracts.yaml_files import compile_once

SEVERITIES = ("hard", "soft", "report")
ENGINE = "great-expectations"
COLUMN_TYPES = ("string", "number")
EXPECTATIONS_ON_NUMBERS = (
    "expect_column_values_to_be_between",
    "expect_column_pair_values_a_to_be_greater_than_b",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation on a table; *expectation_type* and *arguments* are those of Great Expectations.

    *identifying_columns* are the columns by which a failing row is reported; *passing* and *failing* are one example
    each, in words. *provinces* are those in which the expectation holds; if there are none, it holds everywhere.
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
    """One table of a roll-up; *columns* maps names to headings, *number_columns* are those that hold numbers."""

    name: str
    title: str
    columns: Mapping[str, str]
    expectations: tuple[Expectation, ...]
    number_columns: tuple[str, ...] = ()

    @property
    def identifying_columns(self) -> tuple[str, ...]:
        """The columns by which a row is named: those of all expectations, each once."""
        columns: dict[str, None] = {}
        for expectation in self.expectations:
            columns |= dict.fromkeys(expectation.identifying_columns)
        return tuple(columns)


@compile_once
def load_rollup_tables(raw: Mapping[str, Any], file: str) -> tuple[RollUpTable, ...]:
    """Load the tables of one contract; raise `ContractError` if an entry is malformed or names an unknown column."""
    try:
        return tuple(_build_table(table, file) for table in raw["schema"])
    except (KeyError, TypeError, AttributeError) as error:
        raise build_entry_error(file, error) from error


def _build_table(raw: Mapping[str, Any], file: str) -> RollUpTable:
    table = RollUpTable(
        name=raw["name"],
        title=raw["businessName"],
        columns={column["name"]: column["businessName"] for column in raw["properties"]},
        expectations=tuple(_build_expectation(quality, file) for quality in raw["quality"]),
        number_columns=tuple(_iter_number_columns(raw["properties"], file)),
    )
    for expectation in table.expectations:
        _refuse_unfit_columns(expectation, table, file)
    return table


def _iter_number_columns(properties: Iterable[Mapping[str, Any]], file: str) -> Iterator[str]:
    for column in properties:
        if column["logicalType"] not in COLUMN_TYPES:
            raise ContractError(
                file,
                f"column {column['name']}: expected a logicalType of {COLUMN_TYPES}",
                "not_among",
                name=f"{column['name']}, logicalType",
                expected=COLUMN_TYPES,
                value=column.get("logicalType", ""),
            )
        if column["logicalType"] == "number":
            yield column["name"]


def _build_expectation(raw: Mapping[str, Any], file: str) -> Expectation:
    properties = {entry["property"]: entry["value"] for entry in raw["customProperties"]}
    implementation = raw["implementation"]
    if raw["engine"] != ENGINE or raw["severity"] not in SEVERITIES:
        raise ContractError(
            file,
            f"rule {raw['id']}: expected the engine {ENGINE} and a severity of {SEVERITIES}",
            "no_engine",
            rule=raw["id"],
            expected=(ENGINE, *SEVERITIES),
        )
    return Expectation(
        id=raw["id"],
        rule=properties["rule"],
        severity=raw["severity"],
        description=raw["description"],
        basis="；".join(definition["description"] for definition in raw["authoritativeDefinitions"]),
        expectation_type=implementation["type"],
        arguments=implementation["kwargs"],
        identifying_columns=tuple(implementation["named"]),
        passing=properties["passing"],
        failing=properties["failing"],
        provinces=tuple(properties.get("provinces", ())),
    )


def _refuse_unfit_columns(expectation: Expectation, table: RollUpTable, file: str) -> None:
    """Raise `ContractError` if a column is not in the table, or holds text although numbers are compared."""
    compared_columns = set(_iter_compared_columns(expectation.arguments))
    if unknown := sorted({*compared_columns, *expectation.identifying_columns} - set(table.columns)):
        raise ContractError(
            file,
            f"rule {expectation.id}: the table has no columns {unknown}",
            "no_fields",
            rule=expectation.id,
            names=unknown,
        )
    if expectation.expectation_type not in EXPECTATIONS_ON_NUMBERS:
        return
    if text_columns := sorted(compared_columns - set(table.number_columns)):
        raise ContractError(
            file,
            f"rule {expectation.id}: {text_columns} must have the logicalType number",
            "not_numbers",
            rule=expectation.id,
            names=text_columns,
        )


def _iter_compared_columns(arguments: Mapping[str, Any]) -> Iterator[str]:
    for name, value in arguments.items():
        if not name.startswith("column"):
            continue
        if isinstance(value, list):
            yield from value
        else:
            yield value
