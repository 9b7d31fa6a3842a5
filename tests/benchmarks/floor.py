"""The floor: the same rules on the same frame as bare polars expressions in one select: failing rows and cells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import column_letters
from checks.model.raw_workbook import CellKind
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from tests.benchmarks.plain_rules import Plain, plain_rules
from tests.benchmarks.plots import table_of


def _no_gap(column: pl.Expr, _: Plain) -> pl.Expr:
    return ~(column - 1).is_in(column.implode()) & (column != column.min()) & column.is_first_distinct()


def _begins_at_one(column: pl.Expr, _: Plain) -> pl.Expr:
    return (column == column.min()) & (column.min() != 1) & column.is_first_distinct()


def _grade(column: pl.Expr, plain: Plain) -> pl.Expr:
    most = pl.col(plain.given["standard"]).replace_strict(plain.given["limits"], default=None, return_dtype=pl.Int64)
    number = column.str.to_integer(strict=False)
    return ~column.str.contains(r"^[0-9]{1,2}$") | ~number.is_between(1, most)


def _labelled(column: pl.Expr, plain: Plain) -> pl.Expr:
    due = column.replace_strict(plain.given["labels"], default=None, return_dtype=pl.String)
    return pl.col(plain.given["name"]) != due


def _deducted(column: pl.Expr, plain: Plain) -> pl.Expr:
    gross, ratio, deducted = (pl.col(plain.given[name]) for name in ("gross", "ratio", "deducted"))
    due = (gross * ratio).round(2, mode="half_away_from_zero")
    wrong_sum: pl.Expr = (deducted != due) | (column != gross - deducted)
    return wrong_sum


def _converted(column: pl.Expr, plain: Plain) -> pl.Expr:
    times, over = plain.given["per"]
    factor = pl.lit(Decimal(times) / Decimal(over))
    return column.ne((pl.col(plain.given["from"]) * factor).round(2, mode="half_away_from_zero"))


def _day(column: pl.Expr, plain: Plain) -> pl.Expr:
    day = column.str.to_date("%Y-%m-%d", strict=False)
    other_year = day.dt.year().ne(plain.given["year"])
    return other_year | (day > pl.lit(plain.given["latest"], pl.Date)).fill_null(value=False)


def _used_once(column: pl.Expr, plain: Plain) -> pl.Expr:
    used, elsewhere = plain.given["used"], pl.col(plain.given["number"]).is_in(plain.given["elsewhere"])
    return pl.col(plain.given["first"]).eq(used) & (column.eq(used) | elsewhere)


# What is wrong of a row, by kind; null is not wrong.
WRONG: Mapping[str, Callable[[pl.Expr, Plain], pl.Expr]] = {
    "at_least": lambda column, item: column < item.given["least"],
    "begins_at_one": _begins_at_one,
    "begins_with": lambda column, item: ~column.str.starts_with(pl.col(item.given["above"])),
    "converted": _converted,
    "day": _day,
    "decimals": lambda column, item: column != column.round(item.given["most"]),
    "deducted": _deducted,
    "equals": lambda column, item: column != pl.col(item.given["other"]),
    "filled": lambda column, _: column.is_null(),
    "grade": _grade,
    "in_set": lambda column, item: ~column.is_in(item.given["values"]),
    "labelled": _labelled,
    "matches": lambda column, item: ~column.str.contains(item.given["pattern"]),
    "no_gap": _no_gap,
    "not_beginning": lambda column, item: column.str.starts_with(item.given["prefix"]),
    "not_in_set": lambda column, item: column.is_in(item.given["values"]),
    "unique": lambda column, _: column.is_duplicated() & column.is_not_null(),
    "used_once": _used_once,
}


def wrong(plain: Plain) -> pl.Expr | None:
    """Return what is wrong of a row, None where it takes more than the row's own table."""
    made = WRONG.get(plain.kind)
    return made(pl.col(plain.column), plain) if made else None


def hold(subject: FormUnderCheck) -> dict[str, pl.DataFrame]:
    """Return the failing rows and cells of each rule that does not hold.

    All rules on rows are one select; rules that join other tables are lazy queries, collected together.
    """
    rules = plain_rules(subject)
    on_rows = [rule for rule in rules if wrong(rule) is not None]
    on_tables = [rule for rule in rules if wrong(rule) is None]
    queries = [_query(subject, rule) for rule in on_tables]
    pairs = [*_hold_rows(subject, on_rows), *zip(on_tables, pl.collect_all(queries), strict=True)]
    found: dict[str, list[pl.DataFrame]] = {}
    for rule, frame in pairs:
        if frame.height:
            found.setdefault(rule.rule, []).append(frame)
    return {rule: pl.concat(frames) for rule, frames in found.items()}


def _hold_rows(subject: FormUnderCheck, rules: Sequence[Plain]) -> Iterator[tuple[Plain, pl.DataFrame]]:
    """Yield the rules on rows that fail, with their rows and cells."""
    body = table_of(subject).body
    flags = body.select(_flag(rule).alias(str(at)) for at, rule in enumerate(rules))
    failing = flags.select(pl.all().any()).row(0)
    for at, rule in enumerate(rules):
        if failing[at]:
            yield rule, body.filter(flags[str(at)]).select(ROW, _name_cell(subject, rule))


def _flag(plain: Plain) -> pl.Expr:
    expression = wrong(plain)
    assert expression is not None
    return expression.fill_null(value=False)


def _name_cell(subject: FormUnderCheck, plain: Plain) -> pl.Expr:
    table = table_of(subject)
    letters = column_letters(table.columns.get(plain.column, table.columns["township"]))
    return pl.format("{}{}", pl.lit(letters), ROW).alias("cell")


def _query(subject: FormUnderCheck, plain: Plain) -> pl.LazyFrame:
    table = table_of(subject)
    return _failing(table.body.lazy(), table.raw.lazy(), plain).select(ROW, _name_cell(subject, plain))


def _failing(body: pl.LazyFrame, raw: pl.LazyFrame, plain: Plain) -> pl.LazyFrame:
    kind = pl.col(f"{plain.column}:kind")
    special: Mapping[str, Callable[[], pl.LazyFrame]] = {
        "typed_as_text": lambda: raw.filter((kind == CellKind.TEXT) & pl.col(plain.column).str.contains("[0-9]")),
        "error_value": lambda: raw.filter(kind.is_in([CellKind.ERROR, CellKind.UNCALCULATED])),
        "not_before": lambda: _reversed(body, plain),
        "not_dragged": lambda: _dragged(body, plain),
        "pair_known": lambda: _pairs(body, plain, [plain.column, plain.given["other"]]),
        "total": lambda: _total(body, plain),
    }
    return special[plain.kind]()


def _dragged(body: pl.LazyFrame, plain: Plain) -> pl.LazyFrame:
    step = pl.col(plain.column).diff()
    runs = body.select(ROW, step.alias("step")).with_columns(pl.col("step").rle_id().alias("run"))
    told = runs.filter(pl.col("step") != 0).group_by("run").agg(pl.col(ROW).first(), pl.len().alias("steps"))
    return told.filter(pl.col("steps") >= plain.given["rows"] - 1)


def _reversed(body: pl.LazyFrame, plain: Plain) -> pl.LazyFrame:
    joined = body.select(ROW, plain.given["key"], plain.column).join(plain.given["days"].lazy(), on=plain.given["key"])
    return joined.filter(pl.col(plain.column).str.to_date("%Y-%m-%d", strict=False) < pl.col("day"))


def _pairs(body: pl.LazyFrame, plain: Plain, keys: Sequence[str]) -> pl.LazyFrame:
    return body.select(ROW, *keys).drop_nulls().join(plain.given["known"].lazy(), on=list(keys), how="anti")


def _total(body: pl.LazyFrame, plain: Plain) -> pl.LazyFrame:
    sums = body.select(pl.col(ROW).last(), pl.col(plain.column).sum())
    return sums.filter(pl.col(plain.column) != pl.lit(plain.given["total"]))
