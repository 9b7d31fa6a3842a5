"""Ratios against their limits, project by project: what the rules of the contracts hold, shown with live figures."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from contracts.form_model import Form, Rule
from contracts.messages import Wording
from filing.book.cell_builders import RATE_STEP, Heading, Row, figure, full, rate_of, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.filing_context import COUNTY, CountedCounty, FilingScene
from filing.context.links import filing_of
from filing.sheets.signature_block import closing_rows, empty_row

SERIAL, NAME, SUBJECT, EACH = 5.5, 13.0, 17.0, (11.5, 12.0, 9.5, 7.0)
FIRST, HEAD = 4, (3, 4)
AMOUNT_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A share that is limited: of what, by how much (1 is the whole), and from which side."""

    rule: Rule
    part: str
    whole: str
    bound: Decimal
    at_most: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one subject (a project, or a county's measure) shows under one limit."""

    subject: str
    part: Decimal
    whole: Decimal


def ratios_of(scene: FilingScene, words: Wording) -> Sheet | None:
    """Return the sheet; nothing where no rule of any filed county limits a ratio."""
    limits = {one.rule.id: one for county in scene.in_order for one, _ in _limits(county)}
    if not limits:
        return None
    columns = FIRST - 1 + len(EACH) * len(limits)
    widths = full((SERIAL, NAME, SUBJECT, *(EACH * len(limits))), landscape=True)
    rows = list(_rows(scene, tuple(limits), words)) or [empty_row(columns, "ratios", words)]
    return Sheet(
        name=words("filing.sheet.ratios"),
        rows=(
            *_head(scene, limits.values(), columns, words),
            *rows,
            *closing_rows(scene, widths, ("ratio", "ratio_limits"), words),
        ),
        widths=widths,
        landscape=True,
        header_rows=HEAD,
    )


def _head(scene: FilingScene, limits: Iterable[Limit], columns: int, words: Wording) -> tuple[Row, ...]:
    heading = Heading(
        right=words("filing.year", year=scene.roster.year),
        title=words("filing.title.ratios", province=scene.whose.name, year=scene.roster.year),
        columns=columns,
    )
    groups: list[Cell] = [text(words("filing.column.project"), Look.HEADER, span=FIRST - 1)]
    names = [text(words(f"filing.column.{one}"), Look.HEADER) for one in ("serial", "county", "project_number")]
    for one in limits:
        said = words("filing.ratio.group", rule=one.rule.id, said=one.rule.description)
        groups.append(text(said, Look.HEADER, span=len(EACH)))
        bound = words(f"filing.ratio.{'most' if one.at_most else 'least'}", percent=_percent(one.bound))
        four = (one.part, one.whole or words("filing.column.assigned"), bound, words("filing.column.verdict"))
        names += [text(said, Look.HEADER) for said in four]
    return (*heading.rows(), tuple(groups), tuple(names))


def _rows(scene: FilingScene, rules: tuple[str, ...], words: Wording) -> Iterator[Row]:
    serial = 0
    for county in scene.in_order:
        found: dict[str, dict[str, tuple[Limit, Reading]]] = {}
        for limit, reading in _limits(county):
            found.setdefault(reading.subject, {})[limit.rule.id] = (limit, reading)
        leads = None if scene.whose.kind == COUNTY else filing_of(scene, county, words)
        for subject, by_rule in found.items():
            serial += 1
            row = HEAD[1] + serial
            cells = [cell for at, one in enumerate(rules) for cell in _four(by_rule.get(one), at, row, words)]
            yield (Cell(serial, Look.CENTRE), text(county.due.name, source=leads), text(subject), *cells)


def _four(found: tuple[Limit, Reading] | None, at: int, row: int, words: Wording) -> list[Cell]:
    dash = words("filing.not_applicable")
    if found is None:
        return [text(dash, Look.FIGURE)] * len(EACH)
    limit, reading = found
    part, whole, share = (f"{column_letters(FIRST + len(EACH) * at + one)}{row}" for one in range(3))
    kept, broken = words("filing.ratio.kept"), words("filing.ratio.broken")
    sign = "<" if limit.at_most else ">"
    verdict = f'=IF({share}="{dash}","{dash}",IF(ROUND({part}-{whole}*{limit.bound},6){sign}=0,"{kept}","{broken}"))'
    within = (
        reading.part <= reading.whole * limit.bound if limit.at_most else reading.part >= reading.whole * limit.bound
    )
    rate = rate_of(reading.part, reading.whole)
    said = dash if rate is None else kept if within else broken
    return [
        figure(reading.part, Look.FIGURE, decimals=AMOUNT_DECIMALS),
        figure(reading.whole, Look.FIGURE, decimals=AMOUNT_DECIMALS),
        Cell(dash if rate is None else rate, Look.PERCENT, formula=f'=IF({whole}=0,"{dash}",ROUND({part}/{whole},4))'),
        Cell(said, Look.CENTRE, formula=verdict),
    ]


def _percent(bound: Decimal) -> str:
    return format((bound * 100).quantize(RATE_STEP).normalize(), "f")


def _limits(county: CountedCounty) -> Iterator[tuple[Limit, Reading]]:
    for form in county.forms:
        for rule in form.rules:
            if rule.check in _READERS:
                yield from _READERS[rule.check](county, form, rule)


def _by_project(county: CountedCounty, form: str, *columns: str) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Return the figures of some columns by project, column and township."""
    found: dict[str, dict[str, dict[str, Decimal]]] = {}
    for one in county.report.figures:
        if one.form == form and one.column in columns and one.project and one.township:
            column = found.setdefault(one.project, {name: {} for name in columns})[one.column]
            column[one.township] = column.get(one.township, Decimal(0)) + Decimal(one.amount)
    return found


def _listed(county: CountedCounty, column: str) -> dict[str, Decimal]:
    """Return what the list of projects says of each."""
    return {
        one.project: Decimal(one.amount)
        for one in county.report.figures
        if one.form == "projects" and one.column == column and one.project
    }


def _adjusted(county: CountedCounty, form: Form, rule: Rule) -> Iterator[tuple[Limit, Reading]]:
    """The base is all the townships that the adjustment touches, as the rule has it."""
    part, whole, supplement = (str(rule.arguments[one]) for one in ("part", "whole", "supplement"))
    bound = Decimal(rule.arguments["most"]) / 100
    names = (form.field(part).heading, form.field(whole).heading)
    limit = Limit(rule=rule, part=names[0], whole=names[1], bound=bound, at_most=True)
    for project, amounts in _by_project(county, form.name, part, whole, supplement).items():
        touched = [one for one in amounts[whole] if amounts[part].get(one) or amounts[supplement].get(one)]
        base = sum((amounts[whole][one] for one in touched), Decimal(0))
        yield limit, Reading(subject=project, part=sum(amounts[part].values(), Decimal(0)), whole=base)


def _balanced(county: CountedCounty, form: Form, rule: Rule) -> Iterator[tuple[Limit, Reading]]:
    part, whole = str(rule.arguments["column"]), str(rule.arguments["floor"])
    names = (form.field(part).heading, form.field(whole).heading)
    limit = Limit(rule=rule, part=names[0], whole=names[1], bound=Decimal(1), at_most=False)
    for project, amounts in _by_project(county, form.name, part, whole).items():
        sums = [sum(amounts[one].values(), Decimal(0)) for one in (part, whole)]
        yield limit, Reading(subject=project, part=sums[0], whole=sums[1])


def _grown(county: CountedCounty, form: Form, rule: Rule) -> Iterator[tuple[Limit, Reading]]:
    part, base = str(rule.arguments["cumulative"]), str(rule.arguments["base"])
    projects = next((one for one in county.forms if one.name == "projects"), None)
    heading = projects.field(base).heading if projects else base
    bound = Decimal(rule.arguments["least"]) / 100
    limit = Limit(rule=rule, part=form.field(part).heading, whole=heading, bound=bound, at_most=False)
    bases = _listed(county, base)
    for project, amounts in _by_project(county, form.name, part).items():
        if project in bases:
            yield limit, Reading(subject=project, part=sum(amounts[part].values(), Decimal(0)), whole=bases[project])


def _assigned(county: CountedCounty, form: Form, rule: Rule) -> Iterator[tuple[Limit, Reading]]:
    """The county's own target may not be lower than the one assigned to it."""
    measure = county.plan.measures.get(str(rule.arguments["measure"])) if county.plan else None
    if measure is None or measure.assigned is None:
        return
    column = str(rule.arguments["total"])
    amounts = [one for one in county.report.figures if one.form == form.name and one.column == column]
    total = sum((Decimal(one.amount) for one in amounts if one.township), Decimal(0))
    limit = Limit(rule=rule, part=form.field(column).heading, whole="", bound=Decimal(1), at_most=False)
    yield limit, Reading(subject=measure.name, part=total, whole=measure.assigned)


_READERS: Mapping[str, Callable[[CountedCounty, Form, Rule], Iterator[tuple[Limit, Reading]]]] = {
    "adjustment_ratio": _adjusted,
    "at_least_assigned": _assigned,
    "growth_at_least": _grown,
    "project_balance": _balanced,
}
