"""The sheet for self-checking: one line for each sum of the contract that a formula can compare."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.form_model import Field, Role, Rule
from contracts.messages import Messages
from filing.template.blank_sheet import BlankSheet
from filing.template.reference_lists import ReferenceSheet
from filing.template.self_check_formulas import SelfCheck, compare_columns, compare_sums, number, sum_numbers


@dataclass(frozen=True, slots=True)
class SelfCheckContext:
    """The sheet that a rule is on, all sheets by form, the lists and the sentences."""

    sheet: BlankSheet
    sheets_by_form: Mapping[str, BlankSheet]
    reference_sheet: ReferenceSheet
    messages: Messages

    def get_field(self, name: str) -> Field:
        """Return a field of the sheet's form."""
        return self.sheet.form.get_field(name)

    def get_heading(self, name: str) -> str:
        """Return the heading of a field of the sheet's form."""
        return self.get_field(name).heading

    def read_column(self, name: str) -> str:
        """Return the numbers of a column of the sheet, as an array expression."""
        return number(self.sheet.format_range(name))


SelfCheckBuilder = Callable[[SelfCheckContext, Rule], Iterator[SelfCheck]]


def build_self_checks(
    sheets: Sequence[BlankSheet], reference_sheet: ReferenceSheet, messages: Messages
) -> Iterator[SelfCheck]:
    """Yield a line for each sum that the rules of the tables require, in the order of the tables."""
    sheets_by_form = {sheet.form.name: sheet for sheet in sheets}
    for sheet in sheets:
        context = SelfCheckContext(sheet, sheets_by_form, reference_sheet, messages)
        for rule in sheet.form.rules:
            if rule.check in SELF_CHECK_BUILDERS:
                yield from SELF_CHECK_BUILDERS[rule.check](context, rule)


def _check_totals(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    """Compare each figure of the total row with the sum of the rows."""
    sheet = context.sheet
    if not sheet.has_total_row:
        return
    for field in sheet.form.get_fields_by_role(Role.FIGURE):
        tolerance = "0"
        if field.rounded:
            tolerance = f"{_get_half_unit(field)}*ROWS({sheet.format_range(field.name)})"
        yield compare_sums(
            rule=rule,
            sheet=sheet,
            content=context.messages("self_check.total", column=field.heading),
            actual=number(sheet.format_total(field.name)),
            expected=sum_numbers(sheet.format_range(field.name)),
            place=sheet.format_total(field.name),
            tolerance=tolerance,
        )


def _get_half_unit(field: Field) -> Decimal:
    return Decimal(1).scaleb(-field.decimals) / 2


def _check_rows(
    context: SelfCheckContext, rule: Rule, total: str, *, added: Sequence[str], subtracted: Sequence[str] = ()
) -> SelfCheck:
    """Compare a column with the sum of other columns, row by row."""
    terms = [context.read_column(name) for name in added]
    expression = "-".join(["+".join(terms), *map(context.read_column, subtracted)])
    headings = [context.get_heading(name) for name in added]
    parts = " − ".join([" + ".join(headings), *map(context.get_heading, subtracted)])
    fields = map(context.get_field, (total, *added, *subtracted))
    tolerance = sum((_get_half_unit(field) for field in fields if field.rounded), Decimal(0))
    return compare_columns(
        rule=rule,
        sheet=context.sheet,
        content=context.messages("self_check.rows", column=context.get_heading(total), parts=parts),
        column=total,
        expected=expression,
        tolerance=tolerance,
    )


def _check_row_sums(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    for definition in rule.arguments["sums"]:
        subtracted = definition.get("minus", ())
        yield _check_rows(context, rule, definition["total"], added=definition["plus"], subtracted=subtracted)
    for pair in rule.arguments.get("unchanged", ()):
        begin, end = pair["begin"], pair["end"]
        yield compare_sums(
            rule=rule,
            sheet=context.sheet,
            content=context.messages(
                "self_check.unchanged", begin=context.get_heading(begin), end=context.get_heading(end)
            ),
            actual=sum_numbers(context.sheet.format_range(end)),
            expected=sum_numbers(context.sheet.format_range(begin)),
            place=context.sheet.format_range(end),
        )


def _check_year_totals(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    fields = context.sheet.form.get_fields_by_group(rule.arguments["parts"])
    yield _check_rows(context, rule, rule.arguments["total"], added=[field.name for field in fields])


def _check_deduction(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    gross, ratio, deducted, net = (rule.arguments[name] for name in ("gross", "ratio", "deducted", "net"))
    parts = f"{context.get_heading(gross)} × {context.get_heading(ratio)}"
    yield _check_product(
        context, rule, deducted, parts=parts, expected=f"{context.read_column(gross)}*{context.read_column(ratio)}"
    )
    yield _check_rows(context, rule, net, added=[gross], subtracted=[deducted])


def _check_product(context: SelfCheckContext, rule: Rule, column: str, *, parts: str, expected: str) -> SelfCheck:
    """Compare a column with what is computed from others and rounded: either way to round is right."""
    return compare_columns(
        rule=rule,
        sheet=context.sheet,
        content=context.messages("self_check.rows", column=context.get_heading(column), parts=parts),
        column=column,
        expected=expected,
        tolerance=_get_half_unit(context.get_field(column)),
    )


def _check_conversion(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    source = rule.arguments["from"]
    times, over = rule.arguments["per"]
    parts = f"{context.get_heading(source)} × {times} ÷ {over}"
    expected = f"{context.read_column(source)}*{times}/{over}"
    yield _check_product(context, rule, rule.arguments["column"], parts=parts, expected=expected)


def _check_percentage(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    part, whole = rule.arguments["part"], rule.arguments["whole"]
    parts = f"{context.get_heading(part)} × 100 ÷ {context.get_heading(whole)}"
    expected = f"IFERROR({context.read_column(part)}*100/{context.read_column(whole)},0)"
    yield _check_product(context, rule, rule.arguments["column"], parts=parts, expected=expected)


def _check_shares(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    part = rule.arguments["part"]
    total = sum_numbers(context.sheet.format_range(part))
    parts = context.messages("self_check.share", column=context.get_heading(part))
    expected = f"IFERROR({context.read_column(part)}*100/{total},0)"
    yield _check_product(context, rule, rule.arguments["column"], parts=parts, expected=expected)


def _check_share_sum(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    column = rule.arguments["column"]
    field, cells = context.get_field(column), context.sheet.format_range(column)
    yield compare_sums(
        rule=rule,
        sheet=context.sheet,
        content=context.messages("self_check.share_sum", column=field.heading),
        actual=sum_numbers(cells),
        expected=f"IF({sum_numbers(cells)}=0,0,100)",
        place=cells,
        tolerance=f"{_get_half_unit(field)}*ROWS({cells})",
    )


def _match_rows(left: str, right: str) -> str:
    """Return the matrix that is 1 where a row of one range has the same content as a row of the other."""
    return f"({left}=TRANSPOSE({right}))"


def _check_details(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    """Compare each row of a summary with the sum of its plots, by project and township."""
    for definition in rule.arguments["sums"]:
        detail = context.sheets_by_form.get(definition["form"])
        if detail is not None:
            yield _check_detail(context, rule, detail, definition)


def _check_detail(
    context: SelfCheckContext, rule: Rule, detail: BlankSheet, definition: Mapping[str, Any]
) -> SelfCheck:
    keys = ("project", context.sheet.form.get_fields_by_role(Role.TOWNSHIP)[0].name)
    matches = [_match_rows(context.sheet.format_range(key), detail.format_range(key)) for key in keys]
    conditions = [
        f'(TRANSPOSE({detail.format_range(column)})="{value}")' for column, value in definition.get("where", {}).items()
    ]
    times, over = definition["per"]
    sums = f"MMULT({'*'.join([*matches, *conditions])},{number(detail.format_range(definition['amount']))})"
    values = "".join(f"，{value}" for value in definition.get("where", {}).values())
    return compare_columns(
        rule=rule,
        sheet=context.sheet,
        content=context.messages(
            "self_check.detail",
            column=context.get_heading(definition["column"]),
            sheet=detail.name,
            amount=detail.form.get_field(definition["amount"]).heading,
            factor=f"{times} ÷ {over}",
            where=values,
        ),
        column=definition["column"],
        expected=f"ROUND({sums}*{times}/{over},2)",
        tolerance=Decimal(0),
    )


def _check_other_table(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    other = context.sheets_by_form.get(rule.arguments["form"])
    if other is None:
        return
    township = context.sheet.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    matches = _match_rows(context.sheet.format_range(township), other.format_range(township))
    amount = rule.arguments["amount"]
    yield compare_columns(
        rule=rule,
        sheet=context.sheet,
        content=context.messages(
            "self_check.other_table",
            column=context.get_heading(rule.arguments["column"]),
            sheet=other.name,
            amount=other.form.get_field(amount).heading,
        ),
        column=rule.arguments["column"],
        expected=f"MMULT({matches}*1,{number(other.format_range(amount))})",
        tolerance=Decimal(0),
    )


def _check_plan(context: SelfCheckContext, rule: Rule) -> Iterator[SelfCheck]:
    """Compare each target with that of the plan, by township."""
    form = context.sheet.form
    township = form.get_fields_by_role(Role.TOWNSHIP)[0].name
    planned_townships = context.reference_sheet.find_range((form.name, ""))
    fields = (*form.get_fields_by_group(rule.arguments["parts"]), form.get_field(rule.arguments["total"]))
    for field in fields:
        planned_amounts = context.reference_sheet.find_range((form.name, field.name))
        if planned_townships and planned_amounts:
            matches = _match_rows(context.sheet.format_range(township), planned_townships)
            yield compare_columns(
                rule=rule,
                sheet=context.sheet,
                content=context.messages("self_check.plan", column=field.heading),
                column=field.name,
                expected=f"MMULT({matches}*1,{number(planned_amounts)})",
                tolerance=Decimal(0),
            )


SELF_CHECK_BUILDERS: Mapping[str, SelfCheckBuilder] = {
    "column_total": _check_totals,
    "completion_rate": _check_percentage,
    "converted": _check_conversion,
    "deduction": _check_deduction,
    "detail_total": _check_totals,
    "equals_detail": _check_details,
    "equals_plan": _check_plan,
    "equals_sum_of": _check_other_table,
    "percentage": _check_percentage,
    "row_sum": _check_year_totals,
    "row_sums": _check_row_sums,
    "share_of_total": _check_shares,
    "shares_close": _check_share_sum,
}
