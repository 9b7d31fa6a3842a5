"""The review workbook: a row a county with all that a reviewer needs, and yellow cells for the decision."""

from collections.abc import Iterator, Mapping

from checks.model.finding import Finding, Severity
from contracts.messages import Wording
from contracts.procedures import Effect
from filing.book.cell_builders import Row, clean, headers, text
from filing.book.workbook_model import Cell, FilingBook, Look, Sheet
from filing.context.review_context import Reviewed, ReviewScene
from filing.review_book.review_figures import FIGURES, figure_cells, measures_of, total_cells
from review.changed_figures import figures_moved
from review.proposal import NOTHING_SEEN, covers

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


def review_book(scene: ReviewScene, words: Wording) -> FilingBook:
    """Return the workbook of one reviewing area."""
    measures = measures_of(scene)
    names = [*SHOWN, *("figure" for _ in measures for _ in FIGURES), *TOLD, *FILLED, *BOUND]
    rows = [_county_row(scene, one, at, measures, words) for at, one in enumerate(scene.counties, start=1)]
    rows.append(_area_row(scene, len(rows) + 1, measures, words))
    groups = (len(SHOWN), *(len(FIGURES) for _ in measures), len(TOLD), len(FILLED) + len(BOUND))
    wide = sum(groups[:3] if measures[1:] else groups[:2]) - TITLES  # what lies on the first page beside the names
    notes = [_beside(words(f"review_book.note.{one}"), Look.NOTE, wide) for one in ("fill", "points", "bound")]
    title = words("review_book.title", name=clean(scene.name), year=scene.roster.year, level=scene.level.name)
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
        *figure_cells(one, measures),
        _findings_cell(one, words),
        text(_short(_explained(one, words), words)),
        text(_short(_changed(one, words), words)),
        *_filled(scene, _actions(scene, standing.state)),
        text(scene.level.name, Look.CENTRE),
        text(newest.sha256 if newest else NOTHING_SEEN, Look.HASH),
    )


def _area_row(scene: ReviewScene, serial: int, measures: list[str], words: Wording) -> Row:
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
        *total_cells(scene, measures),
        *(text(dash, Look.CENTRE) for _ in TOLD),
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
    moved = list(figures_moved(report, one.report))
    lines = [
        words(
            "review_book.changed.since",
            before=version.number,
            sha=version.sha256[:12],
            after=newest.number,
            count=len(moved),
        ),
        *(
            words("review_book.changed.cell", place=m.place, before=m.before, after=m.after)
            for m in moved[:MOST_LISTED]
        ),
    ]
    return "\n".join(lines)


def _short(said: str, words: Wording) -> str:
    return said if len(said) <= LONGEST else clean(said[:LONGEST]) + words("review_book.more")
