"""The ratios that the rules of the contracts limit, computed from the figures of a county."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.form_model import Form, Rule
from filing.context.filing_context import IncludedCounty


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioLimit:
    """The limit of a ratio; *bound* is the largest share of the whole (*is_maximum*) or the smallest; 1 is 100 %.

    An empty *whole_heading* stands for the assigned target (下达任务), which is not in any form.
    """

    rule: Rule
    part_heading: str
    whole_heading: str
    bound: Decimal
    is_maximum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioValue:
    """The two amounts of a ratio; *subject* is the number of a project or the name of a measure."""

    subject: str
    part: Decimal
    whole: Decimal


def extract_ratios(county: IncludedCounty) -> Iterator[tuple[RatioLimit, RatioValue]]:
    """Yield every ratio that a rule of the county's forms limits, in the order of forms and rules."""
    for form in county.forms:
        for rule in form.rules:
            if rule.check in _RATIO_EXTRACTORS:
                yield from _RATIO_EXTRACTORS[rule.check](county, form, rule)


def _group_by_project(
    county: IncludedCounty, form_name: str, *columns: str
) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Return the figures of some columns by project, column and township."""
    projects: dict[str, dict[str, dict[str, Decimal]]] = {}
    for figure in county.report.figures:
        is_of_columns = figure.form == form_name and figure.column in columns
        if is_of_columns and figure.project and figure.township:
            amounts = projects.setdefault(figure.project, {column: {} for column in columns})[figure.column]
            amounts[figure.township] = amounts.get(figure.township, Decimal(0)) + Decimal(figure.amount)
    return projects


def _sum_amounts(amounts: Mapping[str, Decimal]) -> Decimal:
    return sum(amounts.values(), Decimal(0))


def _list_project_amounts(county: IncludedCounty, column: str) -> dict[str, Decimal]:
    """Return the amounts of a column in the list of projects, by project."""
    amounts = {}
    for figure in county.report.figures:
        if figure.form == "projects" and figure.column == column and figure.project:
            amounts[figure.project] = Decimal(figure.amount)
    return amounts


def _extract_adjustment_ratios(
    county: IncludedCounty, form: Form, rule: Rule
) -> Iterator[tuple[RatioLimit, RatioValue]]:
    """Yield part to whole by project; as in the rule, the whole is that of the townships with an adjustment."""
    part_column, whole_column = str(rule.arguments["part"]), str(rule.arguments["whole"])
    supplement_column = str(rule.arguments["supplement"])
    limit = RatioLimit(
        rule=rule,
        part_heading=form.get_field(part_column).heading,
        whole_heading=form.get_field(whole_column).heading,
        bound=Decimal(rule.arguments["most"]) / 100,
        is_maximum=True,
    )
    for project, amounts in _group_by_project(county, form.name, part_column, whole_column, supplement_column).items():
        base = Decimal(0)
        for township, amount in amounts[whole_column].items():
            if amounts[part_column].get(township) or amounts[supplement_column].get(township):
                base += amount
        yield limit, RatioValue(subject=project, part=_sum_amounts(amounts[part_column]), whole=base)


def _extract_project_balances(
    county: IncludedCounty, form: Form, rule: Rule
) -> Iterator[tuple[RatioLimit, RatioValue]]:
    """Yield, by project, the sum of a column, which may not be less than that of another one."""
    part_column, whole_column = str(rule.arguments["column"]), str(rule.arguments["floor"])
    limit = RatioLimit(
        rule=rule,
        part_heading=form.get_field(part_column).heading,
        whole_heading=form.get_field(whole_column).heading,
        bound=Decimal(1),
        is_maximum=False,
    )
    for project, amounts in _group_by_project(county, form.name, part_column, whole_column).items():
        sums = {column: _sum_amounts(by_township) for column, by_township in amounts.items()}
        yield limit, RatioValue(subject=project, part=sums[part_column], whole=sums[whole_column])


def _extract_growth_ratios(county: IncludedCounty, form: Form, rule: Rule) -> Iterator[tuple[RatioLimit, RatioValue]]:
    """Yield the cumulative amount of each project, which has to reach a share of its base in the list of projects."""
    part, base = str(rule.arguments["cumulative"]), str(rule.arguments["base"])
    limit = RatioLimit(
        rule=rule,
        part_heading=form.get_field(part).heading,
        whole_heading=_find_project_heading(county, base),
        bound=Decimal(rule.arguments["least"]) / 100,
        is_maximum=False,
    )
    bases = _list_project_amounts(county, base)
    for project, amounts in _group_by_project(county, form.name, part).items():
        if project in bases:
            yield limit, RatioValue(subject=project, part=_sum_amounts(amounts[part]), whole=bases[project])


def _find_project_heading(county: IncludedCounty, column: str) -> str:
    """Return the heading of a column of the list of projects; the column's name if the county has no such form."""
    for form in county.forms:
        if form.name == "projects":
            return form.get_field(column).heading
    return column


def _extract_assigned_targets(
    county: IncludedCounty, form: Form, rule: Rule
) -> Iterator[tuple[RatioLimit, RatioValue]]:
    """Yield the county's own target, which may not be lower than the assigned one."""
    if county.plan is None:
        return
    measure = county.plan.measures.get(str(rule.arguments["measure"]))
    if measure is None or measure.assigned_target is None:
        return
    column = str(rule.arguments["total"])
    total = Decimal(0)
    for figure in county.report.figures:
        if figure.form == form.name and figure.column == column and figure.township:
            total += Decimal(figure.amount)
    limit = RatioLimit(
        rule=rule, part_heading=form.get_field(column).heading, whole_heading="", bound=Decimal(1), is_maximum=False
    )
    yield limit, RatioValue(subject=measure.name, part=total, whole=measure.assigned_target)


_RATIO_EXTRACTORS: Mapping[str, Callable[[IncludedCounty, Form, Rule], Iterator[tuple[RatioLimit, RatioValue]]]] = {
    "adjustment_ratio": _extract_adjustment_ratios,
    "at_least_assigned": _extract_assigned_targets,
    "growth_at_least": _extract_growth_ratios,
    "project_balance": _extract_project_balances,
}
