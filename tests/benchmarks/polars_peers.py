"""The peers that take polars expressions: dataframely and pointblank, their rules made from the contract."""

from collections.abc import Callable
from typing import Any

import dataframely as dy
import pointblank as pb
import polars as pl

from checks.recognition.form_instance import FormUnderCheck
from tests.benchmarks.floor import wrong
from tests.benchmarks.plain_rules import Plain, plain_rules
from tests.benchmarks.plots import table_of

EVERY = 10**9  # failing rows wanted


def expressed(subject: FormUnderCheck) -> tuple[Plain, ...]:
    """Return what can be said as an expression over one row's own table."""
    return tuple(rule for rule in plain_rules(subject) if wrong(rule) is not None)


def right(plain: Plain) -> pl.Expr:
    """Return what must be true of a row; one that cannot say passes."""
    expression = wrong(plain)
    if expression is None:
        raise TypeError(plain.kind)
    return ~expression.fill_null(value=False)


def dataframely(subject: FormUnderCheck) -> Callable[[], dict[str, int]]:
    """Return the run of a dataframely schema: the failing rows, and how many of them by rule."""
    rules = expressed(subject)
    body = table_of(subject).body
    named = {f"rule_{at}": item for at, item in enumerate(rules)}
    columns = {name: _column(kind) for name, kind in body.schema.items()}
    members = {name: dy.rule()(_saying(right(item))) for name, item in named.items()}
    schema: Any = type("Plots", (dy.Schema,), {**columns, **members})

    def run() -> dict[str, int]:
        _, failure = schema.filter(body)
        failure.invalid()
        return _by_rule((named[name].rule, count) for name, count in failure.counts().items())

    return run


def _saying(expression: pl.Expr) -> Callable[[type], pl.Expr]:
    return lambda _: expression


def _column(kind: pl.DataType) -> dy.Column:
    if isinstance(kind, pl.Decimal):
        return dy.Decimal(kind.precision, kind.scale, nullable=True)
    return dy.Int64(nullable=True) if kind == pl.Int64 else dy.String(nullable=True)


def pointblank(subject: FormUnderCheck) -> Callable[[], dict[str, int]]:
    """Return the run of a pointblank validation: an extract of the failing rows for each step."""
    rules = expressed(subject)
    body = table_of(subject).body

    def run() -> dict[str, int]:
        plan = pb.Validate(body)
        for rule in rules:
            plan = plan.col_vals_expr(expr=right(rule))
        done = plan.interrogate(extract_limit=EVERY, collect_tbl_checked=False)
        extracts = done.get_data_extracts()
        return _by_rule((item.rule, _height(extracts.get(at))) for at, item in enumerate(rules, start=1))

    return run


def _height(extract: pl.DataFrame | None) -> int:
    return 0 if extract is None else extract.height


def _by_rule(counts: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for rule, count in counts:
        if count:
            found[rule] = found.get(rule, 0) + count
    return found
