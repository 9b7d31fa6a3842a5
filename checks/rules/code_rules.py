"""Rules on codes: row rules as polars expressions for pandera, and the length of a column's codes. (phase: table)"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from checks.model.failing_rows import FailingRows
from checks.model.raw_workbook import CellKind
from checks.model.violation import Violation
from checks.parsing.code_spellings import restore_zeros
from checks.parsing.text_normalisation import normalise_text_expr
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.row_rules import ConditionsByVariant, RowCheck, RowFailure
from checks.rules.violation_builder import build_violation_at, join_names, list_addresses, list_column_cells
from contracts.form_model import Field, Form, Rule

# A message names at most so many codes; the template has the whole list.
MAX_CODES_NAMED = 12
# A spreadsheet keeps 15 significant digits of a number.
MAX_NUMBER_DIGITS = 15
# So many codes of a column that are wrong alike are one violation.
_MIN_SIMILAR_CODES = 2
# One violation points at no more cells than this.
_MAX_CELLS_POINTED_AT = 200


def _get_listed_columns(form: Form, rule: Rule) -> tuple[Field, ...]:
    return tuple(map(form.get_field, rule.arguments["columns"]))


def _get_named_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["column"]),)


def _get_paired_columns(form: Form, rule: Rule) -> tuple[Field, ...]:
    return tuple(form.get_field(column) for column, _ in rule.arguments["pairs"])


def _check_filled(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name).is_not_null()}


def _check_in_code_list(field: Field, _: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name).is_in(field.codes)}


def _explain_code_list(failure: RowFailure) -> Violation:
    return failure.build_violation(codes=join_names(failure.field.codes, MAX_CODES_NAMED))


def _check_one_of(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name).is_in(rule.arguments["values"])}


def _explain_allowed_values(failure: RowFailure) -> Violation:
    return failure.build_violation(codes="、".join(failure.rule.arguments["values"]))


def _check_none_of(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": ~pl.col(field.name).is_in(rule.arguments["values"])}


def _check_none_beginning(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": ~pl.col(field.name).str.starts_with(rule.arguments["prefix"])}


def _check_codes_nested(field: Field, rule: Rule) -> ConditionsByVariant:
    parents_by_column = dict(rule.arguments["pairs"])
    parent_column = parents_by_column[field.name]
    code, parent = pl.col(field.name), pl.col(parent_column)
    is_nested = code.str.starts_with(parent)
    if parent_column in parents_by_column:
        # If the code agrees with the one two levels up, only the code between them is wrong, and reported there.
        grandparent = pl.col(parents_by_column[parent_column])
        is_only_parent_wrong = ~parent.str.starts_with(grandparent) & code.str.starts_with(grandparent)
        is_nested |= is_only_parent_wrong.fill_null(value=False)
    return {"": is_nested}


def _explain_nesting(failure: RowFailure) -> Violation:
    parent_column = dict(failure.rule.arguments["pairs"])[failure.field.name]
    parent_cell = failure.table.get_cell_ref(parent_column, failure.row)
    parent_code = failure.table.get_stripped_text(parent_column, failure.row)
    return failure.build_violation((failure.cell, parent_cell), above=parent_code)


def _check_grade_within(field: Field, rule: Rule) -> ConditionsByVariant:
    limits: Mapping[str, int] = rule.arguments["limits"]
    max_grade = pl.col(rule.arguments["standard"]).replace_strict(limits, default=None, return_dtype=pl.Int64)
    text = pl.col(field.name)
    is_whole_number = text.str.contains(r"^\d{1,2}$")
    grade = text.str.to_integer(strict=False)
    is_within = (grade >= 1) & (grade <= max_grade)
    return {"": pl.when(is_whole_number).then(is_within).otherwise(is_whole_number)}


def _explain_grade(failure: RowFailure) -> Violation:
    standard_column = failure.rule.arguments["standard"]
    standard = str(failure.table.get_typed_row(failure.row)[standard_column][0] or "")
    limits: Mapping[str, int] = failure.rule.arguments["limits"]
    cells = (failure.cell, failure.table.get_cell_ref(standard_column, failure.row))
    if standard not in limits:
        # The highest grade of an unknown standard is unknown too, so the message asks for the standard.
        violation = failure.build_violation(cells, standard=standard, known="、".join(limits))
        return replace(violation, variant="other_standard")
    return failure.build_violation(cells, standard=standard, most=str(limits[standard]))


def _check_label_agrees(field: Field, rule: Rule) -> ConditionsByVariant:
    label_column = dict(rule.arguments["pairs"])[field.name]
    expected = pl.col(field.name).replace_strict(field.labels, default=None, return_dtype=pl.String)
    return {"": pl.col(label_column) == expected}


def _explain_label(failure: RowFailure) -> Violation:
    """Point at the label rather than at the code: labels are mistyped, codes are what is summed."""
    label_column = dict(failure.rule.arguments["pairs"])[failure.field.name]
    label_cell = failure.table.get_cell_ref(label_column, failure.row)
    label = failure.table.get_stripped_text(label_column, failure.row)
    violation = failure.build_violation(
        (label_cell, failure.cell), name=label, expected=failure.field.labels[failure.value], code=failure.value
    )
    facts = {**violation.facts, "cell": label_cell.address}
    return replace(violation, cell=label_cell, value=label, facts=facts)


def check_code_length(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    """Report codes that lack digits, and long codes stored as numbers, which will lose their last digits.

    Codes of a column that lost their zeros, or that are stored as numbers, are one violation.
    """
    table = subject.table
    if table is None:
        return
    for column, length in rule.arguments["columns"].items():
        if column in table.columns:
            yield from _find_wrong_lengths(table, rule, column, length)
    for field in subject.form.fields:
        if field.codes and field.name in table.columns:
            yield from _find_codes_without_zeros(table, rule, field)


def _find_wrong_lengths(table: Table, rule: Rule, column: str, length: int) -> Iterator[Violation | FailingRows]:
    is_wrong = ~pl.col(column).str.contains(f"^[0-9]{{{length}}}$")
    if length > MAX_NUMBER_DIGITS and table.has_kind(column, CellKind.NUMBER):
        is_wrong |= pl.col(ROW).is_in(_find_rows_kept_as_numbers(table, column))
    wrong_rows = table.body.filter(is_wrong)[[ROW, column]]
    if wrong_rows.is_empty():
        yield _build_length_failures(table, rule, column, rows=wrong_rows, length=length)
        return
    is_number = pl.col(ROW).is_in(_find_rows_kept_as_numbers(table, column))
    is_short = pl.col(column).str.contains(f"^[0-9]{{1,{length - 1}}}$")
    for variant, is_similar in (("zeros", is_number & is_short), ("numbers", is_number & ~is_short)):
        rows = wrong_rows.filter(is_similar)
        if rows.height >= _MIN_SIMILAR_CODES:
            wrong_rows = wrong_rows.filter(~is_similar)
            yield _build_column_violation(table, rule, column, rows.rows(), variant=variant, length=length)
    yield _build_length_failures(table, rule, column, rows=wrong_rows, length=length)


def _find_rows_kept_as_numbers(table: Table, column: str) -> list[int]:
    return table.raw.filter(pl.col(f"{column}:kind") == CellKind.NUMBER)[ROW].to_list()


def _find_codes_without_zeros(table: Table, rule: Rule, field: Field) -> Iterator[Violation]:
    """Report the codes of a list that lost the zeros at their front, once a column; they are read as meant."""
    restored = restore_zeros(table.raw[field.name].drop_nulls().unique().to_list(), field.codes)
    if not restored:
        return
    written = normalise_text_expr(pl.col(field.name))
    rows = table.raw.select(ROW, written).filter(pl.col(field.name).is_in(list(restored))).rows()
    yield _build_column_violation(table, rule, field.name, rows, variant="zeros", length=len(field.codes[0]))


def _build_column_violation(
    table: Table, rule: Rule, column: str, rows: Sequence[tuple[int, str]], *, variant: str, length: int
) -> Violation:
    """Return one violation for all *rows* (Excel's number and text) of a column, at the first of them."""
    cells = list_column_cells(table, column, [row for row, _ in rows[:_MAX_CELLS_POINTED_AT]])
    first_row, first_text = rows[0]
    facts = {
        "length": str(length),
        "count": str(len(rows)),
        "places": join_names(list_addresses(cells)),
        "restored": first_text.zfill(length),
    }
    return build_violation_at(
        table, rule, column, row=first_row, value=first_text, variant=variant, related_cells=cells, **facts
    )


def _build_length_failures(table: Table, rule: Rule, column: str, *, rows: pl.DataFrame, length: int) -> FailingRows:
    def build_violation(row: int) -> Violation:
        return build_violation_at(
            table, rule, column, row=row, value=table.get_raw_text(column, row), length=str(length)
        )

    return FailingRows(rule=rule, rows=rows[[ROW]], build_violation=build_violation)


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
