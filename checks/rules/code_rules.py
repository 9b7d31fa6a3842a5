"""Rules on codes and words, row by row, as polars expressions for pandera. (phase: table)"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from checks.model.violation import Violation
from checks.rules.row_rules import ConditionsByVariant, RowCheck, RowFailure
from contracts.form_model import Field, Form, Rule

MAX_CODES_NAMED = 12  # codes named in a sentence; a longer list is in the template


def _get_listed_columns(form: Form, rule: Rule) -> tuple[Field, ...]:
    return tuple(form.get_field(one) for one in rule.arguments["columns"])


def _get_named_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["column"]),)


def _get_paired_columns(form: Form, rule: Rule) -> tuple[Field, ...]:
    return tuple(form.get_field(first) for first, _ in rule.arguments["pairs"])


def _check_filled(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name).is_not_null()}


def _check_in_code_list(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name).is_in(field.codes)}


def _explain_code_list(failure: RowFailure) -> Violation:
    codes = failure.field.codes
    return failure.build_violation(
        codes="、".join(codes[:MAX_CODES_NAMED]) + ("……" if len(codes) > MAX_CODES_NAMED else "")
    )


def _check_one_of(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name).is_in(rule.arguments["values"])}


def _explain_allowed_values(failure: RowFailure) -> Violation:
    return failure.build_violation(codes="、".join(failure.rule.arguments["values"]))


def _check_none_of(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": ~pl.col(field.name).is_in(rule.arguments["values"])}


def _check_none_beginning(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": ~pl.col(field.name).str.starts_with(rule.arguments["prefix"])}


def _check_codes_nested(field: Field, rule: Rule) -> ConditionsByVariant:
    pairs = dict(rule.arguments["pairs"])
    above = pairs[field.name]
    holds = pl.col(field.name).str.starts_with(pl.col(above))
    if above in pairs:  # where the code between two that agree is wrong, it is told at that code alone
        top = pl.col(pairs[above])
        between = ~pl.col(above).str.starts_with(top) & pl.col(field.name).str.starts_with(top)
        holds |= between.fill_null(value=False)
    return {"": holds}


def _explain_nesting(failure: RowFailure) -> Violation:
    above = dict(failure.rule.arguments["pairs"])[failure.field.name]
    cell = failure.table.get_cell_ref(above, failure.row)
    return failure.build_violation((failure.cell, cell), above=failure.table.get_stripped_text(above, failure.row))


def _check_grade_within(field: Field, rule: Rule) -> ConditionsByVariant:
    limits: Mapping[str, int] = rule.arguments["limits"]
    most = pl.col(rule.arguments["standard"]).replace_strict(limits, default=None, return_dtype=pl.Int64)
    text = pl.col(field.name)
    whole = text.str.contains(r"^\d{1,2}$")
    number = text.str.to_integer(strict=False)
    return {"": pl.when(whole).then((number >= 1) & (number <= most)).otherwise(whole)}


def _explain_grade(failure: RowFailure) -> Violation:
    standard = failure.rule.arguments["standard"]
    written = failure.table.get_stripped_text(standard, failure.row)
    limits: Mapping[str, int] = failure.rule.arguments["limits"]
    cells = (failure.cell, failure.table.get_cell_ref(standard, failure.row))
    if written not in limits:  # how far its grades go is not known
        return replace(
            failure.build_violation(cells, standard=written, known="、".join(limits)), variant="other_standard"
        )
    return failure.build_violation(cells, standard=written, most=str(limits[written]))


def _check_label_agrees(field: Field, rule: Rule) -> ConditionsByVariant:
    name = dict(rule.arguments["pairs"])[field.name]
    due = pl.col(field.name).replace_strict(field.labels, default=None, return_dtype=pl.String)
    return {"": pl.col(name) == due}


def _explain_label(failure: RowFailure) -> Violation:
    """The name is what people mistype; the code is what is summed."""
    name = dict(failure.rule.arguments["pairs"])[failure.field.name]
    cell = failure.table.get_cell_ref(name, failure.row)
    written = failure.table.get_stripped_text(name, failure.row)
    due = failure.field.labels[failure.value]
    found = failure.build_violation((cell, failure.cell), name=written, expected=due, code=failure.value)
    return replace(found, cell=cell, value=written, facts={**found.facts, "cell": cell.address})


CODE_CHECKS: Mapping[str, RowCheck] = {
    "codes_nested": RowCheck(_get_paired_columns, _check_codes_nested, _explain_nesting),
    "filled": RowCheck(_get_listed_columns, _check_filled, RowFailure.build_violation),
    "grade_within": RowCheck(_get_named_column, _check_grade_within, _explain_grade),
    "in_code_list": RowCheck(_get_listed_columns, _check_in_code_list, _explain_code_list),
    "label_agrees": RowCheck(_get_paired_columns, _check_label_agrees, _explain_label),
    "none_beginning": RowCheck(_get_named_column, _check_none_beginning, RowFailure.build_violation),
    "none_of": RowCheck(_get_named_column, _check_none_of, RowFailure.build_violation),
    "one_of": RowCheck(_get_named_column, _check_one_of, _explain_allowed_values),
}
