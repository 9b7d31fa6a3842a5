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


def _deducted(frame: pd.DataFrame, plain: Plain) -> Any:
    gross, ratio, deducted = (frame[plain.given[name]] for name in ("gross", "ratio", "deducted"))
    return ((gross * ratio - deducted).abs() <= HALF_CENT) & (
        (gross - deducted - frame[plain.column]).abs() < HALF_CENT
    )


def _converted(frame: pd.DataFrame, plain: Plain) -> Any:
    times, over = plain.given["per"]
    return (frame[plain.given["from"]] * times / over - frame[plain.column]).abs() <= HALF_CENT


def _grade(frame: pd.DataFrame, plain: Plain) -> Any:
    number = pd.to_numeric(frame[plain.column], errors="coerce")
    return (number >= 1) & (number <= frame[plain.given["standard"]].map(plain.given["limits"]))


def _day(frame: pd.DataFrame, plain: Plain) -> Any:
    day = pd.to_datetime(frame[plain.column], format="%Y-%m-%d", errors="coerce")
    return (day.dt.year == plain.given["year"]) & (day <= pd.Timestamp(plain.given["latest"]))


# Rules over several columns, as a hand that knows pandas writes them for pandera.
_WIDE: Mapping[str, Callable[[pd.DataFrame, Plain], Any]] = {
    "begins_with": lambda frame, item: pd.Series(
        [code.startswith(above) for code, above in zip(frame[item.column], frame[item.given["above"]], strict=True)],
        index=frame.index,
    ),
    "converted": _converted,
    "day": _day,
    "deducted": _deducted,
    "equals": lambda frame, item: frame[item.column] == frame[item.given["other"]],
    "grade": _grade,
    "labelled": lambda frame, item: (
        frame[item.column].map(item.given["labels"]).fillna(frame[item.given["name"]]) == frame[item.given["name"]]
    ),
    "used_once": lambda frame, item: (
        ~(
            (frame[item.given["first"]] == item.given["used"])
            & ((frame[item.column] == item.given["used"]) | frame[item.given["number"]].isin(item.given["elsewhere"]))
        )
    ),
}
_NARROW: Mapping[str, Callable[[Plain], Any]] = {
    "at_least": lambda item: pa.Check.ge(item.given["least"]),
    "decimals": lambda item: pa.Check(lambda column: (column - column.round(item.given["most"])).abs() < 1e-9),
    "in_set": lambda item: pa.Check.isin(item.given["values"]),
    "matches": lambda item: pa.Check.str_matches(item.given["pattern"]),
    "not_beginning": lambda item: pa.Check(lambda column: ~column.str.startswith(item.given["prefix"])),
    "not_in_set": lambda item: pa.Check.notin(item.given["values"]),
    "unique": lambda _: pa.Check(lambda column: ~column.duplicated(keep=False)),
}
_PANDERA = ("filled", *_WIDE, *_NARROW)


def pandera_rules(subject: FormUnderCheck) -> tuple[Plain, ...]:
    """Return what pandera is told."""
    return tuple(rule for rule in plain_rules(subject) if rule.kind in _PANDERA)


def pandera(subject: FormUnderCheck) -> Callable[[], dict[str, int]]:
    """Return the run of a pandera schema on pandas; the failing rows come with the error."""
    frame = as_pandas(table_of(subject).body)
    rules = pandera_rules(subject)
    checks: dict[str, list[Any]] = {}
    for rule in rules:
        if rule.kind in _NARROW:
            check = _NARROW[rule.kind](rule)
            check.error = rule.name
            checks.setdefault(rule.column, []).append(check)
    wide = [_wide(rule) for rule in rules if rule.kind in _WIDE or rule.kind == "filled"]
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


def _wide(plain: Plain) -> Any:
    if plain.kind == "filled":
        return pa.Check(lambda frame: frame[plain.column].notna(), error=plain.name, ignore_na=False)
    return pa.Check(lambda frame: _WIDE[plain.kind](frame, plain), error=plain.name)


_WORDS: Any = gx.expectations
_EXPECTATIONS: Mapping[str, Callable[[Plain], Any]] = {
    "at_least": lambda item: _WORDS.ExpectColumnValuesToBeBetween(column=item.column, min_value=item.given["least"]),
    "equals": lambda item: _WORDS.ExpectColumnPairValuesToBeEqual(column_A=item.column, column_B=item.given["other"]),
    "filled": lambda item: _WORDS.ExpectColumnValuesToNotBeNull(column=item.column),
    "in_set": lambda item: _WORDS.ExpectColumnValuesToBeInSet(column=item.column, value_set=list(item.given["values"])),
    "matches": lambda item: _WORDS.ExpectColumnValuesToMatchRegex(column=item.column, regex=item.given["pattern"]),
    "not_beginning": lambda item: _WORDS.ExpectColumnValuesToNotMatchRegex(
        column=item.column, regex=f"^{item.given['prefix']}"
    ),
    "not_in_set": lambda item: _WORDS.ExpectColumnValuesToNotBeInSet(
        column=item.column, value_set=list(item.given["values"])
    ),
    "unique": lambda item: _WORDS.ExpectColumnValuesToBeUnique(column=item.column),
}


def expectation_rules(subject: FormUnderCheck) -> tuple[Plain, ...]:
    """Return what Great Expectations has expectations for."""
    return tuple(rule for rule in plain_rules(subject) if rule.kind in _EXPECTATIONS)


def great_expectations(subject: FormUnderCheck) -> Callable[[], dict[str, int]]:
    """Return the run of a suite with complete results: each failing row by its number."""
    frame = as_pandas(table_of(subject).body)
    return lambda: expectations_held(frame, expectation_rules(subject))


def _expectation(plain: Plain) -> Any:
    made = _EXPECTATIONS[plain.kind](plain)
    made.meta = {"rule": plain.rule, "name": plain.name}
    return made


def expectations_held(frame: pd.DataFrame, rules: tuple[Plain, ...]) -> dict[str, int]:
    """Hold a frame against the expectations made of rules."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    batch = context.data_sources.add_pandas("plots").add_dataframe_asset("plots")
    suite = gx.ExpectationSuite(name="plots", expectations=[_expectation(rule) for rule in rules])
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
