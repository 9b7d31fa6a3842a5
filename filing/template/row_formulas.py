"""The formulas of computed columns in a blank submission, made from the rules that compute them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter

from contracts.form_model import Field, Form, Role, Rule
from filing.template.blank_sheet import FIRST_ROW, find_column_letters, format_cell_reference


def build_row_formulas(form: Form) -> Iterator[tuple[str, str]]:
    """Yield a formula by field for the rules that compute a field; ``{row}`` is the number of the row."""
    for rule in form.rules:
        if rule.check in _FORMULA_BUILDERS:
            yield from _FORMULA_BUILDERS[rule.check](form, rule)


def build_serial_formula(form: Form, key_field: Field) -> str:
    """Return the formula that numbers the rows whose key field is filled in, so that other rows leave no gap."""
    letters = find_column_letters(form, key_field.name)
    count = "COUNTA"
    if key_field.role is Role.FIGURE:
        count = "COUNT"  # a formula without a result counts for COUNTA
    return f'=IF({letters}{{row}}="","",{count}({letters}${FIRST_ROW}:{letters}{{row}}))'


def _list_references(form: Form, field_names: Iterable[str]) -> list[str]:
    return [format_cell_reference(form, field_name) for field_name in field_names]


def _wrap_unless_blank(inputs: list[str], formula: str) -> str:
    return f'=IF(COUNT({",".join(inputs)})<{len(inputs)},"",{formula})'


def _build_sum(added: list[str], subtracted: list[str]) -> str:
    """Return the formula of a sum of what is there: a part left blank is told at its own cell alone."""
    expression = f"SUM({','.join(added)})"
    if subtracted:
        expression += f"-SUM({','.join(subtracted)})"
    return f'=IF(COUNT({",".join([*added, *subtracted])})=0,"",ROUND({expression},2))'


def _build_sum_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    for row_sum in rule.arguments["sums"]:
        added = _list_references(form, row_sum["plus"])
        subtracted = _list_references(form, row_sum.get("minus", ()))
        yield row_sum["total"], _build_sum(added, subtracted)


def _build_year_total_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    fields = form.get_fields_by_group(rule.arguments["parts"])
    parts = _list_references(form, [field.name for field in fields])
    yield rule.arguments["total"], _build_sum(parts, [])


def _build_deduction_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    field_names = itemgetter("gross", "ratio", "deducted")(rule.arguments)
    gross, ratio, deducted = _list_references(form, field_names)
    yield rule.arguments["deducted"], _wrap_unless_blank([gross, ratio], f"ROUND({gross}*{ratio},2)")
    yield rule.arguments["net"], _wrap_unless_blank([gross, deducted], f"ROUND({gross}-{deducted},2)")


def _build_conversion_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    source = format_cell_reference(form, rule.arguments["from"])
    times, over = rule.arguments["per"]
    yield rule.arguments["column"], _wrap_unless_blank([source], f"ROUND({source}*{times}/{over},2)")


def _build_percentage_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    part, total = _list_references(form, itemgetter("part", "whole")(rule.arguments))
    yield rule.arguments["column"], _wrap_unless_blank([part, total], f'IF({total}=0,"",ROUND({part}*100/{total},2))')


_FORMULA_BUILDERS: Mapping[str, Callable[[Form, Rule], Iterator[tuple[str, str]]]] = {
    "completion_rate": _build_percentage_formulas,
    "converted": _build_conversion_formulas,
    "deduction": _build_deduction_formulas,
    "percentage": _build_percentage_formulas,
    "row_sum": _build_year_total_formulas,
    "row_sums": _build_sum_formulas,
}
