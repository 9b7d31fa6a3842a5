"""Rules on codes and words, row by row, as polars expressions for pandera. (phase: table)"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from checks.model.violation import Offence
from checks.rules.row_rules import Cases, Failure, RowCheck
from contracts.form_model import Field, Form, Rule

SHOWN = 12  # codes named in a sentence; a longer list is in the template


def _listed(form: Form, rule: Rule) -> tuple[Field, ...]:
    return tuple(form.field(one) for one in rule.arguments["columns"])


def _named(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.field(rule.arguments["column"]),)


def _paired(form: Form, rule: Rule) -> tuple[Field, ...]:
    return tuple(form.field(first) for first, _ in rule.arguments["pairs"])


def _filled(field: Field, _: Rule) -> Cases:
    return {"": pl.col(field.name).is_not_null()}


def _in_code_list(field: Field, _: Rule) -> Cases:
    return {"": pl.col(field.name).is_in(field.codes)}


def _explain_codes(failure: Failure) -> Offence:
    codes = failure.field.codes
    return failure.offence(codes="、".join(codes[:SHOWN]) + ("……" if len(codes) > SHOWN else ""))


def _one_of(field: Field, rule: Rule) -> Cases:
    return {"": pl.col(field.name).is_in(rule.arguments["values"])}


def _explain_values(failure: Failure) -> Offence:
    return failure.offence(codes="、".join(failure.rule.arguments["values"]))


def _none_of(field: Field, rule: Rule) -> Cases:
    return {"": ~pl.col(field.name).is_in(rule.arguments["values"])}


def _none_beginning(field: Field, rule: Rule) -> Cases:
    return {"": ~pl.col(field.name).str.starts_with(rule.arguments["prefix"])}


def _codes_nested(field: Field, rule: Rule) -> Cases:
    pairs = dict(rule.arguments["pairs"])
    above = pairs[field.name]
    holds = pl.col(field.name).str.starts_with(pl.col(above))
    if above in pairs:  # where the code between two that agree is wrong, it is told at that code alone
        top = pl.col(pairs[above])
        between = ~pl.col(above).str.starts_with(top) & pl.col(field.name).str.starts_with(top)
        holds |= between.fill_null(value=False)
    return {"": holds}


def _explain_nested(failure: Failure) -> Offence:
    above = dict(failure.rule.arguments["pairs"])[failure.field.name]
    cell = failure.table.ref(above, failure.row)
    return failure.offence((failure.cell, cell), above=failure.table.written(above, failure.row))


def _grade_within(field: Field, rule: Rule) -> Cases:
    limits: Mapping[str, int] = rule.arguments["limits"]
    most = pl.col(rule.arguments["standard"]).replace_strict(limits, default=None, return_dtype=pl.Int64)
    text = pl.col(field.name)
    whole = text.str.contains(r"^\d{1,2}$")
    number = text.str.to_integer(strict=False)
    return {"": pl.when(whole).then((number >= 1) & (number <= most)).otherwise(whole)}


def _explain_grade(failure: Failure) -> Offence:
    standard = failure.rule.arguments["standard"]
    written = failure.table.written(standard, failure.row)
    limits: Mapping[str, int] = failure.rule.arguments["limits"]
    cells = (failure.cell, failure.table.ref(standard, failure.row))
    if written not in limits:  # how far its grades go is not known
        return replace(failure.offence(cells, standard=written, known="、".join(limits)), case="other_standard")
    return failure.offence(cells, standard=written, most=str(limits[written]))


def _label_agrees(field: Field, rule: Rule) -> Cases:
    name = dict(rule.arguments["pairs"])[field.name]
    due = pl.col(field.name).replace_strict(field.labels, default=None, return_dtype=pl.String)
    return {"": pl.col(name) == due}


def _explain_label(failure: Failure) -> Offence:
    """The name is what people mistype; the code is what is summed."""
    name = dict(failure.rule.arguments["pairs"])[failure.field.name]
    cell = failure.table.ref(name, failure.row)
    written = failure.table.written(name, failure.row)
    due = failure.field.labels[failure.value]
    found = failure.offence((cell, failure.cell), name=written, expected=due, code=failure.value)
    return replace(found, cell=cell, value=written, facts={**found.facts, "cell": cell.address})


CODE_CHECKS: Mapping[str, RowCheck] = {
    "codes_nested": RowCheck(_paired, _codes_nested, _explain_nested),
    "filled": RowCheck(_listed, _filled, Failure.offence),
    "grade_within": RowCheck(_named, _grade_within, _explain_grade),
    "in_code_list": RowCheck(_listed, _in_code_list, _explain_codes),
    "label_agrees": RowCheck(_paired, _label_agrees, _explain_label),
    "none_beginning": RowCheck(_named, _none_beginning, Failure.offence),
    "none_of": RowCheck(_named, _none_of, Failure.offence),
    "one_of": RowCheck(_named, _one_of, _explain_values),
}
