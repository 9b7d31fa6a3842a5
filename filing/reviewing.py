"""The review workbook: a row a county with all that a reviewer needs, and yellow cells for the decision."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.findings import Finding, Severity
from checks.report import Figure, Report
from contracts.messages import Wording
from contracts.procedures import Effect, Level, Procedure
from filing.book import Cell, FilingBook, Look, Sheet
from filing.cells import Row, clean, day_of, figure, headers, say_date, text
from review.asking import NOTHING_SEEN, covers
from review.roster import Due, Roster
from review.standing import Standing, Version

MOST_LISTED = 6
LONGEST = 600  # characters of one cell: what is longer is read in the marked workbook
SHOWN = ("serial", "name", "county", "version", "state")
TOLD = ("findings", "explained", "changed")
FILLED = ("action", "points", "number", "opinion", "by", "on")
BOUND = ("level", "sha256")
WIDTHS: Mapping[str, float] = {
    "serial": 5,
    "name": 11,
    "county": 8,
    "version": 5,
    "state": 9,
    "figure": 9.5,
    "findings": 32,
    "explained": 22,
    "changed": 28,
    "action": 11,
    "points": 23,
    "number": 15,
    "opinion": 23,
    "by": 10.5,
    "on": 10.5,
    "level": 5,
    "sha256": 15,
}
TITLES = SHOWN.index("name") + 1  # what names the county stands on every page
FIGURES = ("last_year", "reported", "reviewed", "difference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One county of a review: its reports as sent and as reviewed, last year's, and the version seen last."""

    due: Due
    standing: Standing
    report: Report | None = None
    reviewed: Report | None = None
    last_year: Report | None = None
    seen: tuple[Version, Report] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewScene:
    """All that a review workbook is made from; *as_of* is when the newest of it was recorded."""

    level: Level
    area: str
    name: str
    roster: Roster
    procedure: Procedure
    counties: tuple[Reviewed, ...]
    sealed: bool
    as_of: str


def review_book(scene: ReviewScene, words: Wording) -> FilingBook:
    """Return the workbook of one reviewing area."""
    measures = _measures(scene)
    names = [*SHOWN, *("figure" for _ in measures for _ in FIGURES), *TOLD, *FILLED, *BOUND]
    rows = [_county_row(scene, one, at, measures, words) for at, one in enumerate(scene.counties, start=1)]
    rows.append(_area_row(scene, len(rows) + 1, len(measures), words))
    groups = (len(SHOWN), *(len(FIGURES) for _ in measures), len(TOLD), len(FILLED) + len(BOUND))
    wide = sum(groups[:3] if measures[1:] else groups[:2]) - TITLES  # what lies on the first page beside the names
    notes = [_beside(words(f"review_book.note.{one}"), Look.NOTE, wide) for one in ("fill", "points", "bound")]
    title = words("review_book.title", name=scene.name, year=scene.roster.year, level=scene.level.name)
    sheet = Sheet(
        name=words("review_book.sheet"),
        rows=(*_heading(scene, title, wide, words), _header(measures, words), *rows, *notes),
        widths=tuple(WIDTHS[one] for one in names),
        landscape=True,
        header_rows=(3, 3),
        locked=True,
        groups=groups,
        titles=TITLES,
    )
    return FilingBook(
        title=title, subject=words("filing.year", year=scene.roster.year), created=scene.as_of, sheets=(sheet,)
    )


def _heading(scene: ReviewScene, title: str, wide: int, words: Wording) -> tuple[Row, Row]:
    """Return what stands above the table; nothing of it lies across the columns that every page repeats."""
    number = text(words("review_book.number"), Look.FORM_NUMBER, span=TITLES)
    unit = text(words("review_book.unit", unit=_unit(scene)), Look.UNIT, span=wide)
    return (number, unit), _beside(title, Look.TITLE, wide)


def _beside(said: str, look: Look, wide: int) -> Row:
    return text("", look, span=TITLES), text(said, look, span=wide)


def done_by_measure(report: Report | None) -> dict[str, Decimal]:
    """Return what a county reports to have done in the year, by measure: the sum of its townships."""
    found: dict[str, Decimal] = {}
    columns: dict[str, tuple[str, str]] = {}
    for one in _done(report):
        if columns.setdefault(one.measure, (one.form, one.column)) == (one.form, one.column):
            found[one.measure] = found.get(one.measure, Decimal(0)) + Decimal(one.amount)
    return found


def _done(report: Report | None) -> Iterator[Figure]:
    return (one for one in (report.figures if report else ()) if one.measure and one.year is None and one.township)


def _measures(scene: ReviewScene) -> list[str]:
    return list(dict.fromkeys(name for one in scene.counties for name in done_by_measure(one.report)))


def _unit(scene: ReviewScene) -> str:
    units = (figure.unit for one in scene.counties if one.report for figure in one.report.figures if figure.unit)
    return "、".join(dict.fromkeys(units))


def _header(measures: list[str], words: Wording) -> Row:
    def named(name: str) -> str:
        return words(f"review_book.heading.{name}")

    shown = (named(one) if one in ("county", "version") else words(f"review_book.column.{one}") for one in SHOWN)
    figures = (
        words(
            f"review_book.column.{one}",
            measure=words(f"filing.measure.{name}") if words.has(f"filing.measure.{name}") else name,
        )
        for name in measures
        for one in FIGURES
    )
    told = (words(f"review_book.column.{one}") for one in TOLD)
    return headers((*shown, *figures, *told, *(named(one) for one in (*FILLED, *BOUND))))


def _county_row(scene: ReviewScene, one: Reviewed, serial: int, measures: list[str], words: Wording) -> Row:
    standing, newest = one.standing, one.standing.newest
    return (
        Cell(serial, Look.CENTRE),
        text(one.due.name),
        text(one.due.code, Look.CENTRE),
        text(str(newest.number) if newest else "", Look.CENTRE),
        text(scene.procedure.states.get(standing.state, standing.state), Look.CENTRE),
        *_figure_cells(one, measures),
        _findings_cell(one, words),
        text(_short(_explained(one, words), words)),
        text(_short(_changed(one, words), words)),
        *_filled(scene, _actions(scene, standing.state)),
        text(scene.level.name, Look.CENTRE),
        text(newest.sha256 if newest else NOTHING_SEEN, Look.HASH),
    )


def _area_row(scene: ReviewScene, serial: int, measures: int, words: Wording) -> Row:
    """Return the row by which the roll-up itself is sealed or opened."""
    wanted = Effect.UNSEAL if scene.sealed else Effect.SEAL
    actions = [one.name for one in scene.procedure.actions if one.level == scene.level.id and one.effect is wanted]
    settled = scene.procedure.settled.get(scene.level.id, ())
    waiting = sum(one.standing.state not in settled for one in scene.counties)
    state = "sealed" if scene.sealed else "open" if waiting else "ready"
    offered = [] if state == "open" else actions  # what would be refused is not offered
    dash = words("filing.not_applicable")
    return (
        Cell(serial, Look.CENTRE),
        text(words("review_book.roll_up", name=scene.name), Look.TOTAL_TEXT),
        text(scene.area, Look.CENTRE),
        text("", Look.CENTRE),
        text(words(f"review_book.seal.{state}", count=waiting), Look.CENTRE),
        *(text(dash, Look.CENTRE) for _ in range(measures * len(FIGURES) + len(TOLD))),
        *_filled(scene, offered),
        text(scene.level.name, Look.CENTRE),
        text("", Look.HASH),
    )


def _actions(scene: ReviewScene, state: str) -> list[str]:
    actions = (one for one in scene.procedure.actions if one.level == scene.level.id)
    return [one.name for one in actions if state in one.from_states]


def _filled(scene: ReviewScene, actions: list[str]) -> Iterator[Cell]:
    """Give the cells to fill in; where nothing can be decided they stay locked."""
    officers = [one.id for one in scene.roster.officers if covers(one, scene.area, scene.level)]
    choices = {"action": tuple(actions), "by": tuple(dict.fromkeys(officers))}
    for name in FILLED:
        offered = choices.get(name, ())
        fits = len(",".join(offered)) <= 255 and not any("," in one for one in offered)  # noqa: PLR2004 - a sheet's limit
        yield Cell(None, Look.INPUT, choices=offered if fits else ()) if actions else Cell(None, Look.TEXT)


def _figure_cells(one: Reviewed, measures: list[str]) -> Iterator[Cell]:
    reports = {"last_year": one.last_year, "reported": one.report, "reviewed": one.reviewed}
    done = {name: done_by_measure(report) for name, report in reports.items()}
    for measure in measures:
        for name in reports:
            yield figure(done[name].get(measure), Look.FIGURE, decimals=2)
        now, before = done["reviewed"].get(measure), done["last_year"].get(measure)
        yield figure(None if now is None or before is None else now - before, Look.FIGURE, decimals=2)


def _findings_cell(one: Reviewed, words: Wording) -> Cell:
    if one.report is None:
        return text("")
    counts = {severity: one.report.count(severity) for severity in Severity}
    if not any(counts.values()):
        return text(words("review_book.no_findings"))
    gravest = next(severity for severity in sorted(Severity, key=lambda one: one.rank) if counts[severity])
    said = words("review_book.counts", **{severity.value: count for severity, count in counts.items()})
    listed = sorted((one for one in one.report.findings if not one.trial), key=lambda one: one.severity.rank)
    lines = [_line(finding, words) for finding in listed[:MOST_LISTED]]
    return text(_short("\n".join((said, *lines)), words), Look(gravest.value))


def _line(finding: Finding, words: Wording) -> str:
    return words(
        "review_book.finding",
        severity=words(f"severity.{finding.severity.value}"),
        rule=finding.rule,
        place=f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet,
        message=finding.message,
    )


def _explained(one: Reviewed, words: Wording) -> str:
    said = [
        words("filing.substance.explanations", rule=rule, text=told)
        for rule, told in one.standing.explanations().items()
    ]
    said += [
        words("filing.substance.waivers", rule=w.rule, until=w.until, reason=w.reason) for w in one.standing.waivers
    ]
    return "\n".join(said)


def _changed(one: Reviewed, words: Wording) -> str:
    newest = one.standing.newest
    if newest is None:
        return ""
    if one.seen is None:
        return words("review_book.changed.first", version=newest.number)
    version, report = one.seen
    if version.sha256 == newest.sha256:
        return words("review_book.changed.nothing", version=newest.number)
    moved = list(_moved(report, one.report))
    lines = [
        words(
            "review_book.changed.since",
            before=version.number,
            sha=version.sha256[:12],
            after=newest.number,
            count=len(moved),
        ),
        *(words("review_book.changed.cell", **facts) for facts in moved[:MOST_LISTED]),
    ]
    return "\n".join(lines)


def _moved(before: Report, after: Report | None) -> Iterator[dict[str, str]]:
    old = {(one.form, one.township, one.column, one.year): one.amount for one in before.figures}
    for one in after.figures if after else ():
        was = old.get((one.form, one.township, one.column, one.year))
        if was is None or Decimal(was) != Decimal(one.amount):
            yield {"place": f"{one.sheet}!{one.cell}", "before": was or "", "after": one.amount}


def _short(said: str, words: Wording) -> str:
    return said if len(said) <= LONGEST else clean(said[:LONGEST]) + words("review_book.more")


def as_of_day(scene: ReviewScene, words: Wording) -> str:
    """Return the day up to which the record is shown."""
    return say_date(day_of(scene.as_of), words)
