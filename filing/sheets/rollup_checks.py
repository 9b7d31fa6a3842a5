"""The roll-ups as tables of texts: what is printed, and what it must agree with."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from checks.model.report import Report
from contracts.messages import Wording
from filing.book.cell_builders import Row
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.filing_context import CountedCounty, FilingScene
from filing.sheets.measure_columns import HEADER_ROWS

Line: TypeAlias = Mapping[str, str | None]
_FIGURES = (Look.FIGURE, Look.TOTAL_FIGURE)


def rollup_tables(
    scene: FilingScene, printed: Sheet, reported: Mapping[str, Report], words: Wording
) -> dict[str, list[Line]]:
    """Return each table by name; *printed* is the roll-up as it will be filed, *reported* what each county sent."""
    return {
        "roll_up_totals": list(_totals(scene, printed)),
        "roll_up_counties": list(_counties(scene, printed)),
        "reviewed_figures": [line for one in scene.in_order for line in _figures(one, reported[one.due.code], words)],
        "due_counties": list(_due(scene, words)),
    }


def said(amount: Decimal) -> str:
    """Write an amount in the one way in which two equal ones are the same text."""
    return format(amount.normalize(), "f") if amount else "0"


def _totals(scene: FilingScene, printed: Sheet) -> Iterator[Line]:
    """A city is the sum of the county lines above it, the province that of its cities."""
    names = _columns(printed)
    counties: list[Row] = []
    cities: list[Row] = []
    areas = iter([scene.city(of[0].due) for _, of in scene.by_city])
    for row in _body(printed):
        if row[1].look is not Look.TOTAL_TEXT:
            counties.append(row)
            continue
        city = next(areas, None)
        parts, counties = (cities, []) if city is None else (counties, [])
        yield from _sums(city or scene.roster.province[1], names, row, parts)
        cities = [*cities, row]


def _sums(area: str, names: Sequence[str], total: Row, parts: Sequence[Row]) -> Iterator[Line]:
    for at, cell in enumerate(total):
        if cell.look in _FIGURES and isinstance(cell.value, Decimal):
            amounts = (part[at].value for part in parts)
            summed = sum((one for one in amounts if isinstance(one, Decimal)), Decimal(0))
            yield {"area": area, "column": names[at], "printed": said(cell.value), "summed": said(summed)}


def _body(printed: Sheet) -> Iterator[Row]:
    """Return the lines of counties, cities and province: those that carry figures."""
    for row in printed.rows[HEADER_ROWS[1] :]:
        if any(cell.look in _FIGURES for cell in row):
            yield row


def _columns(printed: Sheet) -> list[str]:
    """Name each column by all that its header says."""
    first, last = HEADER_ROWS
    header = [_spread(row) for row in printed.rows[first - 1 : last]]
    width = max((len(one) for one in header), default=0)
    parts = [[one[at] for one in header if at < len(one) and one[at]] for at in range(width)]
    return [" ".join(dict.fromkeys(one)) for one in parts]


def _spread(row: Sequence[Cell]) -> list[str]:
    return [str(cell.value or "") for cell in row for _ in range(cell.span)]


def _counties(scene: FilingScene, printed: Sheet) -> Iterator[Line]:
    listed = Counter(str(row[1].value) for row in _body(printed) if row[1].look is not Look.TOTAL_TEXT)
    namesakes = Counter(one.due.name for one in scene.in_order)  # two cities may each have a county of one name
    for county in scene.in_order:
        newest, name = county.standing.newest, county.due.name
        yield {
            "county": name,
            "times": str(listed[name] - namesakes[name] + 1),
            "filed": newest.sha256 if newest else "",
            "reviewed": _reviewed_file(scene, county),
        }


def _reviewed_file(scene: FilingScene, county: CountedCounty) -> str:
    """Return the file that the level below the last one let go on."""
    level = scene.procedure.levels[-2].id
    for event in reversed(county.standing.decisions):
        action = scene.procedure.action(event.level, event.action)
        if event.level == level and action is not None and action.onward and action.requires:
            return event.sha256
    return ""


def _figures(county: CountedCounty, reported: Report, words: Wording) -> Iterator[Line]:
    """Hold each accounted total to what the county sent, less what was set lower."""
    sent = {(one.sheet, one.cell): one for one in reported.figures}
    lowered: dict[tuple[str, str], Decimal] = {}
    reasons: dict[tuple[str, str], list[str]] = {}
    newest = county.standing.newest
    for one in county.standing.reductions:
        figure = sent.get((one.sheet, one.cell))
        if newest is not None and one.sha256 == newest.sha256 and figure is not None:
            key = (figure.form, figure.column)
            lowered[key] = lowered.get(key, Decimal(0)) + Decimal(one.before) - Decimal(one.after)
            reasons.setdefault(key, []).append(one.reason.strip())
    for figure in county.report.figures:
        key = (figure.form, figure.column)
        if not figure.township and figure.measure:
            due = Decimal(sent[figure.sheet, figure.cell].amount) - lowered.get(key, Decimal(0))
            given = reasons.get(key, [words("evidence.not_lowered")])
            yield {
                "county": county.due.name,
                "column": f"{figure.sheet} {figure.cell}",
                "reviewed": said(Decimal(figure.amount)),
                "lowered": said(due),
                "reason": "；".join(given) if all(given) else None,
            }


def _due(scene: FilingScene, words: Wording) -> Iterator[Line]:
    filed = {one.due.code for one in scene.filed}
    for due in scene.due:
        state = "filed" if due.code in filed else "excused" if due.code in scene.excused else "open"
        yield {"county": due.name, "filed": words(f"evidence.state.{state}")}
