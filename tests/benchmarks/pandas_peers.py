"""The peers on pandas: pandera and Great Expectations, their rules made from the contract.

Amounts are floats there, as is usual with pandas. What a library has no word for is left out, which makes it cheaper:
the page says which rules those are.
"""

import os
import warnings
from collections.abc import Callable, Mapping
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import great_expectations as gx
    import pandas as pd
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

import polars as pl

from checks.recognition.form_instance import FormUnderCheck
from tests.benchmarks.plain_rules import Plain, plain_rules
from tests.benchmarks.plots import table_of

HALF_CENT = 0.005


def as_pandas(body: pl.DataFrame) -> pd.DataFrame:
    """Return the typed rows as pandas has them: amounts as floats, texts in Arrow's memory."""
    return body.with_columns(pl.selectors.decimal().cast(pl.Float64)).to_pandas()


def _deducted(frame: pd.DataFrame, one: Plain) -> Any:
    gross, ratio, deducted = (frame[one.given[name]] for name in ("gross", "ratio", "deducted"))
    return ((gross * ratio - deducted).abs() <= HALF_CENT) & ((gross - deducted - frame[one.column]).abs() < HALF_CENT)


def _converted(frame: pd.DataFrame, one: Plain) -> Any:
    times, over = one.given["per"]
    return (frame[one.given["from"]] * times / over - frame[one.column]).abs() <= HALF_CENT


def _grade(frame: pd.DataFrame, one: Plain) -> Any:
    number = pd.to_numeric(frame[one.column], errors="coerce")
    return (number >= 1) & (number <= frame[one.given["standard"]].map(one.given["limits"]))


def _day(frame: pd.DataFrame, one: Plain) -> Any:
    day = pd.to_datetime(frame[one.column], format="%Y-%m-%d", errors="coerce")
    return (day.dt.year == one.given["year"]) & (day <= pd.Timestamp(one.given["latest"]))


# Rules over several columns, as a hand that knows pandas writes them for pandera.
_WIDE: Mapping[str, Callable[[pd.DataFrame, Plain], Any]] = {
    "begins_with": lambda frame, one: pd.Series(
        [code.startswith(above) for code, above in zip(frame[one.column], frame[one.given["above"]], strict=True)],
        index=frame.index,
    ),
    "converted": _converted,
    "day": _day,
    "deducted": _deducted,
    "equals": lambda frame, one: frame[one.column] == frame[one.given["other"]],
    "grade": _grade,
    "labelled": lambda frame, one: (
        frame[one.column].map(one.given["labels"]).fillna(frame[one.given["name"]]) == frame[one.given["name"]]
    ),
    "used_once": lambda frame, one: (
        ~(
            (frame[one.given["first"]] == one.given["used"])
            & ((frame[one.column] == one.given["used"]) | frame[one.given["number"]].isin(one.given["elsewhere"]))
        )
    ),
}
_NARROW: Mapping[str, Callable[[Plain], Any]] = {
    "at_least": lambda one: pa.Check.ge(one.given["least"]),
    "decimals": lambda one: pa.Check(lambda column: (column - column.round(one.given["most"])).abs() < 1e-9),
    "in_set": lambda one: pa.Check.isin(one.given["values"]),
    "matches": lambda one: pa.Check.str_matches(one.given["pattern"]),
    "not_beginning": lambda one: pa.Check(lambda column: ~column.str.startswith(one.given["prefix"])),
    "not_in_set": lambda one: pa.Check.notin(one.given["values"]),
    "unique": lambda _: pa.Check(lambda column: ~column.duplicated(keep=False)),
}
_PANDERA = ("filled", *_WIDE, *_NARROW)


def pandera_rules(subject: FormUnderCheck) -> tuple[Plain, ...]:
    """Return what pandera is told."""
    return tuple(one for one in plain_rules(subject) if one.kind in _PANDERA)


def pandera(subject: FormUnderCheck) -> Callable[[], dict[str, int]]:
    """Return the run of a pandera schema on pandas; the failing rows come with the error."""
    frame = as_pandas(table_of(subject).body)
    rules = pandera_rules(subject)
    checks: dict[str, list[Any]] = {}
    for one in rules:
        if one.kind in _NARROW:
            check = _NARROW[one.kind](one)
            check.error = one.name
            checks.setdefault(one.column, []).append(check)
    wide = [_wide(one) for one in rules if one.kind in _WIDE or one.kind == "filled"]
    columns = {name: pa.Column(None, several, nullable=True) for name, several in checks.items()}
    schema = pa.DataFrameSchema(columns, checks=wide)

    def run() -> dict[str, int]:
        try:
            schema.validate(frame, lazy=True)
        except SchemaErrors as error:
            cases = error.failure_cases.drop_duplicates(["check", "index"])
            told = cases["check"].astype(str).str.partition(":")[0]
            return {str(rule): int(count) for rule, count in told.value_counts().items()}
        return {}

    return run


def _wide(one: Plain) -> Any:
    if one.kind == "filled":
        return pa.Check(lambda frame: frame[one.column].notna(), error=one.name, ignore_na=False)
    return pa.Check(lambda frame: _WIDE[one.kind](frame, one), error=one.name)


_WORDS: Any = gx.expectations
_EXPECTATIONS: Mapping[str, Callable[[Plain], Any]] = {
    "at_least": lambda one: _WORDS.ExpectColumnValuesToBeBetween(column=one.column, min_value=one.given["least"]),
    "equals": lambda one: _WORDS.ExpectColumnPairValuesToBeEqual(column_A=one.column, column_B=one.given["other"]),
    "filled": lambda one: _WORDS.ExpectColumnValuesToNotBeNull(column=one.column),
    "in_set": lambda one: _WORDS.ExpectColumnValuesToBeInSet(column=one.column, value_set=list(one.given["values"])),
    "matches": lambda one: _WORDS.ExpectColumnValuesToMatchRegex(column=one.column, regex=one.given["pattern"]),
    "not_beginning": lambda one: _WORDS.ExpectColumnValuesToNotMatchRegex(
        column=one.column, regex=f"^{one.given['prefix']}"
    ),
    "not_in_set": lambda one: _WORDS.ExpectColumnValuesToNotBeInSet(
        column=one.column, value_set=list(one.given["values"])
    ),
    "unique": lambda one: _WORDS.ExpectColumnValuesToBeUnique(column=one.column),
}


def expectation_rules(subject: FormUnderCheck) -> tuple[Plain, ...]:
    """Return what Great Expectations has expectations for."""
    return tuple(one for one in plain_rules(subject) if one.kind in _EXPECTATIONS)


def great_expectations(subject: FormUnderCheck) -> Callable[[], dict[str, int]]:
    """Return the run of a suite with complete results: each failing row by its number."""
    frame = as_pandas(table_of(subject).body)
    return lambda: expectations_held(frame, expectation_rules(subject))


def _expectation(one: Plain) -> Any:
    made = _EXPECTATIONS[one.kind](one)
    made.meta = {"rule": one.rule, "name": one.name}
    return made


def expectations_held(frame: pd.DataFrame, rules: tuple[Plain, ...]) -> dict[str, int]:
    """Hold a frame against the expectations made of rules."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    batch = context.data_sources.add_pandas("plots").add_dataframe_asset("plots")
    suite = gx.ExpectationSuite(name="plots", expectations=[_expectation(one) for one in rules])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = batch.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
        wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}
        held = result.validate(suite, result_format=wanted)
    found: dict[str, int] = {}
    for outcome in held.results:
        count = len(outcome.result.get("unexpected_index_list") or ())
        if count:
            asked: Any = outcome.expectation_config
            rule = asked.meta["rule"]
            found[rule] = found.get(rule, 0) + count
    return found
