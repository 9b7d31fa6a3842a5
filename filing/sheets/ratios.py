"""Ratios against their limits, project by project: what the rules of the contracts hold, shown with live figures."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from contracts.form_model import Form, Rule
from contracts.messages import Messages
from filing.book.cell_builders import (
    RATE_PRECISION,
    CellRow,
    TableHeading,
    build_figure_cell,
    build_text_cell,
    compute_rate,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import COUNTY, FilingContext, IncludedCounty
from filing.context.links import build_county_filing_link
from filing.sheets.signature_block import build_closing_rows, build_empty_row

SERIAL_WIDTH, NAME_WIDTH, SUBJECT_WIDTH, RATIO_WIDTHS = 5.5, 13.0, 17.0, (11.5, 12.0, 9.5, 7.0)
FIRST_RATIO_COLUMN, HEADER_ROWS = 4, (3, 4)
AMOUNT_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioLimit:
    """A share that is limited: of what, by how much (1 is the whole), and from which side."""

    rule: Rule
    part_heading: str
    whole_heading: str
    bound: Decimal
    is_maximum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioValue:
    """What one subject (a project, or a county's measure) shows under one limit."""

    subject: str
    part: Decimal
    whole: Decimal


def build_ratios_sheet(context: FilingContext, messages: Messages) -> FilingSheet | None:
    """Return the sheet; nothing where no rule of any filed county limits a ratio."""
    limits = {one.rule.id: one for county in context.counties_in_order for one, _ in _extract_ratios(county)}
    if not limits:
        return None
    columns = FIRST_RATIO_COLUMN - 1 + len(RATIO_WIDTHS) * len(limits)
    widths = fill_page_width((SERIAL_WIDTH, NAME_WIDTH, SUBJECT_WIDTH, *(RATIO_WIDTHS * len(limits))), landscape=True)
    rows = list(_build_rows(context, tuple(limits), messages)) or [build_empty_row(columns, "ratios", messages)]
    return FilingSheet(
        name=messages("filing.sheet.ratios"),
        rows=(
            *_build_header_rows(context, limits.values(), columns, messages),
            *rows,
            *build_closing_rows(context, widths, ("ratio", "ratio_limits"), messages),
        ),
        widths=widths,
        landscape=True,
        header_rows=HEADER_ROWS,
    )


def _build_header_rows(
    context: FilingContext, limits: Iterable[RatioLimit], column_count: int, messages: Messages
) -> tuple[CellRow, ...]:
    heading = TableHeading(
        right_text=messages("filing.year", year=context.roster.year),
        title=messages("filing.title.ratios", province=context.owner.name, year=context.roster.year),
        column_count=column_count,
    )
    groups: list[Cell] = [
        build_text_cell(messages("filing.column.project"), CellStyle.HEADER, span=FIRST_RATIO_COLUMN - 1)
    ]
    names = [
        build_text_cell(messages(f"filing.column.{one}"), CellStyle.HEADER)
        for one in ("serial", "county", "project_number")
    ]
    for one in limits:
        said = messages("filing.ratio.group", rule=one.rule.id, said=one.rule.description)
        groups.append(build_text_cell(said, CellStyle.HEADER, span=len(RATIO_WIDTHS)))
        bound = messages(f"filing.ratio.{'most' if one.is_maximum else 'least'}", percent=_format_percent(one.bound))
        four = (
            one.part_heading,
            one.whole_heading or messages("filing.column.assigned"),
            bound,
            messages("filing.column.verdict"),
        )
        names += [build_text_cell(said, CellStyle.HEADER) for said in four]
    return (*heading.build_rows(), tuple(groups), tuple(names))


def _build_rows(context: FilingContext, rule_ids: tuple[str, ...], messages: Messages) -> Iterator[CellRow]:
    serial = 0
    for county in context.counties_in_order:
        found: dict[str, dict[str, tuple[RatioLimit, RatioValue]]] = {}
        for limit, reading in _extract_ratios(county):
            found.setdefault(reading.subject, {})[limit.rule.id] = (limit, reading)
        leads = None if context.owner.kind == COUNTY else build_county_filing_link(context, county, messages)
        for subject, by_rule in found.items():
            serial += 1
            row = HEADER_ROWS[1] + serial
            cells = [
                cell
                for at, one in enumerate(rule_ids)
                for cell in _build_ratio_cells(by_rule.get(one), at, row, messages)
            ]
            yield (
                Cell(serial, CellStyle.CENTRE),
                build_text_cell(county.due_county.name, source_link=leads),
                build_text_cell(subject),
                *cells,
            )


def _build_ratio_cells(
    ratio: tuple[RatioLimit, RatioValue] | None, index: int, row: int, messages: Messages
) -> list[Cell]:
    dash = messages("filing.not_applicable")
    if ratio is None:
        return [build_text_cell(dash, CellStyle.FIGURE)] * len(RATIO_WIDTHS)
    limit, reading = ratio
    part, whole, share = (
        f"{column_letters(FIRST_RATIO_COLUMN + len(RATIO_WIDTHS) * index + one)}{row}" for one in range(3)
    )
    kept, broken = messages("filing.ratio.kept"), messages("filing.ratio.broken")
    sign = "<" if limit.is_maximum else ">"
    verdict = f'=IF({share}="{dash}","{dash}",IF(ROUND({part}-{whole}*{limit.bound},6){sign}=0,"{kept}","{broken}"))'
    within = (
        reading.part <= reading.whole * limit.bound if limit.is_maximum else reading.part >= reading.whole * limit.bound
    )
    rate = compute_rate(reading.part, reading.whole)
    said = dash if rate is None else kept if within else broken
    return [
        build_figure_cell(reading.part, CellStyle.FIGURE, decimals=AMOUNT_DECIMALS),
        build_figure_cell(reading.whole, CellStyle.FIGURE, decimals=AMOUNT_DECIMALS),
        Cell(
            dash if rate is None else rate,
            CellStyle.PERCENT,
            formula=f'=IF({whole}=0,"{dash}",ROUND({part}/{whole},4))',
        ),
        Cell(said, CellStyle.CENTRE, formula=verdict),
    ]


def _format_percent(bound: Decimal) -> str:
    return format((bound * 100).quantize(RATE_PRECISION).normalize(), "f")


def _extract_ratios(county: IncludedCounty) -> Iterator[tuple[RatioLimit, RatioValue]]:
    for form in county.forms:
        for rule in form.rules:
            if rule.check in _RATIO_EXTRACTORS:
                yield from _RATIO_EXTRACTORS[rule.check](county, form, rule)


def _group_by_project(
    county: IncludedCounty, form_name: str, *columns: str
) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Return the figures of some columns by project, column and township."""
    found: dict[str, dict[str, dict[str, Decimal]]] = {}
    for one in county.report.figures:
        if one.form == form_name and one.column in columns and one.project and one.township:
            column = found.setdefault(one.project, {name: {} for name in columns})[one.column]
            column[one.township] = column.get(one.township, Decimal(0)) + Decimal(one.amount)
    return found


def _list_project_amounts(county: IncludedCounty, column: str) -> dict[str, Decimal]:
    """Return what the list of projects says of each."""
    return {
        one.project: Decimal(one.amount)
        for one in county.report.figures
        if one.form == "projects" and one.column == column and one.project
    }


def _extract_adjustment_ratios(
    county: IncludedCounty, form: Form, rule: Rule
) -> Iterator[tuple[RatioLimit, RatioValue]]:
    """The base is all the townships that the adjustment touches, as the rule has it."""
    part, whole, supplement = (str(rule.arguments[one]) for one in ("part", "whole", "supplement"))
    bound = Decimal(rule.arguments["most"]) / 100
    names = (form.get_field(part).heading, form.get_field(whole).heading)
    limit = RatioLimit(rule=rule, part_heading=names[0], whole_heading=names[1], bound=bound, is_maximum=True)
    for project, amounts in _group_by_project(county, form.name, part, whole, supplement).items():
        touched = [one for one in amounts[whole] if amounts[part].get(one) or amounts[supplement].get(one)]
        base = sum((amounts[whole][one] for one in touched), Decimal(0))
        yield limit, RatioValue(subject=project, part=sum(amounts[part].values(), Decimal(0)), whole=base)


def _extract_project_balances(
    county: IncludedCounty, form: Form, rule: Rule
) -> Iterator[tuple[RatioLimit, RatioValue]]:
    part, whole = str(rule.arguments["column"]), str(rule.arguments["floor"])
    names = (form.get_field(part).heading, form.get_field(whole).heading)
    limit = RatioLimit(rule=rule, part_heading=names[0], whole_heading=names[1], bound=Decimal(1), is_maximum=False)
    for project, amounts in _group_by_project(county, form.name, part, whole).items():
        sums = [sum(amounts[one].values(), Decimal(0)) for one in (part, whole)]
        yield limit, RatioValue(subject=project, part=sums[0], whole=sums[1])


def _extract_growth_ratios(county: IncludedCounty, form: Form, rule: Rule) -> Iterator[tuple[RatioLimit, RatioValue]]:
    part, base = str(rule.arguments["cumulative"]), str(rule.arguments["base"])
    projects = next((one for one in county.forms if one.name == "projects"), None)
    heading = projects.get_field(base).heading if projects else base
    bound = Decimal(rule.arguments["least"]) / 100
    limit = RatioLimit(
        rule=rule, part_heading=form.get_field(part).heading, whole_heading=heading, bound=bound, is_maximum=False
    )
    bases = _list_project_amounts(county, base)
    for project, amounts in _group_by_project(county, form.name, part).items():
        if project in bases:
            yield limit, RatioValue(subject=project, part=sum(amounts[part].values(), Decimal(0)), whole=bases[project])


def _extract_assigned_targets(
    county: IncludedCounty, form: Form, rule: Rule
) -> Iterator[tuple[RatioLimit, RatioValue]]:
    """The county's own target may not be lower than the one assigned to it."""
    measure = county.plan.measures.get(str(rule.arguments["measure"])) if county.plan else None
    if measure is None or measure.assigned_target is None:
        return
    column = str(rule.arguments["total"])
    amounts = [one for one in county.report.figures if one.form == form.name and one.column == column]
    total = sum((Decimal(one.amount) for one in amounts if one.township), Decimal(0))
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
