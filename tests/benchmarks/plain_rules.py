"""The contract's rules on plots, taken apart into what any validation library would be told of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from checks.parsing.dates import parse_date_expr
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import TOWNSHIP_FULL
from checks.rules.registry import ROW_CHECKS
from contracts.form_model import Role, Rule
from tests.benchmarks.plots import table_of

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plain:
    """One thing that must hold of one column; *given* says what else it takes."""

    rule: str
    kind: str
    column: str
    given: Given = field(default_factory=dict)

    @property
    def name(self) -> str:
        """A name of its own among all of a form's."""
        return f"{self.rule}:{self.kind}:{self.column}"


def plain_rules(subject: FormUnderCheck) -> tuple[Plain, ...]:
    """Return what the contract asks of the plots, in its order."""
    return tuple(
        Plain(rule.id, *item)
        for rule in subject.form.rules
        if rule.check in _KINDS or rule.check in ROW_CHECKS  # a new rule on rows must be taken apart here too
        for item in _KINDS[rule.check](subject, rule)
    )


def held_on(subject: FormUnderCheck) -> tuple[str, ...]:
    """Return the ids of the rules that are taken apart here."""
    return tuple(dict.fromkeys(rule.rule for rule in plain_rules(subject)))


def not_of_rows(subject: FormUnderCheck) -> tuple[str, ...]:
    """Return the rules that look at more than rows: at the sheet, at other years, at what a short name may mean."""
    return tuple(rule.id for rule in subject.form.rules if rule.id not in held_on(subject))


_Parts = Iterator[tuple[str, str, Given]]


def _figures(subject: FormUnderCheck) -> list[str]:
    return [field.name for field in subject.form.get_fields_by_role(Role.FIGURE)]


def _numeric(subject: FormUnderCheck) -> list[str]:
    return [field.name for field in subject.form.get_fields_by_role(Role.SERIAL)] + _figures(subject)


def _numbers_parse(subject: FormUnderCheck, _: Rule) -> _Parts:
    yield from (("filled", field, {}) for field in _numeric(subject))


def _numbers_as_text(subject: FormUnderCheck, _: Rule) -> _Parts:
    yield from (("typed_as_text", field, {}) for field in _numeric(subject))


def _no_error_values(subject: FormUnderCheck, _: Rule) -> _Parts:
    yield from (
        ("error_value", field.name, {}) for field in subject.form.fields if field.name in table_of(subject).columns
    )


def _not_negative(subject: FormUnderCheck, _: Rule) -> _Parts:
    yield from (("at_least", figure, {"least": 0}) for figure in _figures(subject))


def _decimals(subject: FormUnderCheck, _: Rule) -> _Parts:
    yield from (
        ("decimals", field.name, {"most": field.decimals}) for field in subject.form.get_fields_by_role(Role.FIGURE)
    )


def _serial(_: FormUnderCheck, rule: Rule) -> _Parts:
    column = rule.arguments["column"]
    yield from (("unique", column, {}), ("no_gap", column, {}), ("begins_at_one", column, {}))


def _project_code(subject: FormUnderCheck, rule: Rule) -> _Parts:
    county = subject.submission.package.county
    yield "matches", rule.arguments["column"], {"pattern": f"^{county}(19|20)[0-9]{{6}}$"}


def _filled(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield from (("filled", argument, {}) for argument in rule.arguments["columns"])


def _township_known(_: FormUnderCheck, __: Rule) -> _Parts:
    yield "filled", TOWNSHIP_FULL, {}


def _township_full_name(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "equals", rule.arguments["column"], {"other": TOWNSHIP_FULL}


def _township_code(subject: FormUnderCheck, rule: Rule) -> _Parts:
    known = dict(subject.county.townships) if subject.county else {}
    yield "in_set", rule.arguments["column"], {"values": tuple(known)}
    yield "labelled", rule.arguments["column"], {"name": TOWNSHIP_FULL, "labels": known}


def _code_length(_: FormUnderCheck, rule: Rule) -> _Parts:
    for name, length in rule.arguments["columns"].items():
        yield "matches", name, {"pattern": f"^[0-9]{{{length}}}$"}


def _in_code_list(subject: FormUnderCheck, rule: Rule) -> _Parts:
    yield from (
        ("in_set", argument, {"values": subject.form.get_field(argument).codes})
        for argument in rule.arguments["columns"]
    )


def _not_dragged(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield from (("not_dragged", argument, {"rows": rule.arguments["rows"]}) for argument in rule.arguments["columns"])


def _unique(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "unique", rule.arguments["column"], {}


def _codes_nested(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield from (("begins_with", item, {"above": above}) for item, above in rule.arguments["pairs"])


def _one_of(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "in_set", rule.arguments["column"], {"values": tuple(rule.arguments["values"])}


def _none_of(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "not_in_set", rule.arguments["column"], {"values": tuple(rule.arguments["values"])}


def _none_beginning(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "not_beginning", rule.arguments["column"], {"prefix": rule.arguments["prefix"]}


def _grade(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "grade", rule.arguments["column"], dict(rule.arguments)


def _label_agrees(subject: FormUnderCheck, rule: Rule) -> _Parts:
    for code, name in rule.arguments["pairs"]:
        yield "labelled", code, {"name": name, "labels": dict(subject.form.get_field(code).labels)}


def _deduction(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "deducted", rule.arguments["net"], dict(rule.arguments)


def _converted(_: FormUnderCheck, rule: Rule) -> _Parts:
    yield "converted", rule.arguments["column"], dict(rule.arguments)


def _detail_total(subject: FormUnderCheck, _: Rule) -> _Parts:
    stated = table_of(subject).totals
    yield from (("total", figure, {"total": stated[figure][0]}) for figure in _figures(subject))


def _groups(subject: FormUnderCheck, rule: Rule) -> _Parts:
    summary = subject.tables[rule.arguments["form"]].body.select("project", TOWNSHIP_FULL)
    yield "pair_known", TOWNSHIP_FULL, {"other": "project", "known": summary}


def _accepted(subject: FormUnderCheck, rule: Rule) -> _Parts:
    listed = subject.tables[rule.arguments["form"]].body
    year = subject.submission.year
    in_time = parse_date_expr(pl.col("accepted_on")) <= pl.date(year, 12, 31)
    passed = listed.filter((pl.col("accepted") == rule.arguments["passed"]) & in_time)
    yield "in_set", rule.arguments["column"], {"values": tuple(passed["sub_project"].to_list())}


def _accepted_in_time(subject: FormUnderCheck, rule: Rule) -> _Parts:
    filled = pl.select(parse_date_expr(pl.lit(subject.cover.get_text("filled_on")))).item()
    yield "day", rule.arguments["column"], {"year": subject.submission.year, "latest": filled}


def _dates_in_order(subject: FormUnderCheck, rule: Rule) -> _Parts:
    for pair in rule.arguments["pairs"]:
        other = subject.tables[pair["form"]].body
        days = other.select(pair["key"], parse_date_expr(pl.col(pair["earlier"])).alias("day")).drop_nulls()
        yield "not_before", pair["later"], {"key": pair["key"], "days": days}


def _used_once(subject: FormUnderCheck, rule: Rule) -> _Parts:
    first, second = rule.arguments["columns"]
    number = rule.arguments["column"]
    elsewhere = tuple(subject.tables[rule.arguments["form"]].body[number].drop_nulls().to_list())
    given = {"first": first, "used": rule.arguments["used"], "number": number, "elsewhere": elsewhere}
    yield "used_once", second, given


_KINDS: Mapping[str, Callable[[FormUnderCheck, Rule], _Parts]] = {
    "accepted_before_counted": _accepted,
    "accepted_in_time": _accepted_in_time,
    "code_length": _code_length,
    "codes_nested": _codes_nested,
    "converted": _converted,
    "dates_in_order": _dates_in_order,
    "decimals_at_most": _decimals,
    "deduction": _deduction,
    "detail_total": _detail_total,
    "filled": _filled,
    "grade_within": _grade,
    "groups_in_summary": _groups,
    "in_code_list": _in_code_list,
    "label_agrees": _label_agrees,
    "no_error_values": _no_error_values,
    "none_beginning": _none_beginning,
    "none_of": _none_of,
    "not_dragged": _not_dragged,
    "not_negative": _not_negative,
    "numbers_as_text": _numbers_as_text,
    "numbers_parse": _numbers_parse,
    "one_of": _one_of,
    "project_code": _project_code,
    "serial_numbers": _serial,
    "township_code": _township_code,
    "township_full_name": _township_full_name,
    "township_known": _township_known,
    "unique_in_table": _unique,
    "used_once": _used_once,
}
