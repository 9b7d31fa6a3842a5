"""The review workbook: a row a county with all that a reviewer needs, and yellow cells for the decision."""

from collections.abc import Iterator, Mapping

from checks.model.finding import Finding, Severity
from contracts.messages import Messages
from contracts.procedures import Effect
from filing.book.cell_builders import CellRow, build_header_row, build_text_cell, clean_text
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from filing.context.review_context import ReviewContext, ReviewedCounty
from filing.review_book.review_figures import FIGURE_KINDS, build_figure_cells, build_total_cells, list_measures
from review.changed_figures import find_changed_figures
from review.proposal import NO_VERSION_SEEN, is_responsible_for

MAX_LINES_LISTED = 6
MAX_CELL_CHARACTERS = 600  # characters of one cell: what is longer is read in the marked workbook
IDENTITY_COLUMNS = ("serial", "name", "county", "version", "state")
FINDING_COLUMNS = ("findings", "explained", "changed")
INPUT_COLUMNS = ("action", "points", "number", "opinion", "by", "on")
KEY_COLUMNS = ("level", "sha256")
COLUMN_WIDTHS: Mapping[str, float] = {
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
TITLE_COLUMN_COUNT = IDENTITY_COLUMNS.index("name") + 1  # what names the county stands on every page


def build_review_book(context: ReviewContext, messages: Messages) -> FilingBook:
    """Return the workbook of one reviewing area."""
    measures = list_measures(context)
    names = [
        *IDENTITY_COLUMNS,
        *("figure" for _ in measures for _ in FIGURE_KINDS),
        *FINDING_COLUMNS,
        *INPUT_COLUMNS,
        *KEY_COLUMNS,
    ]
    rows = [_build_county_row(context, one, at, measures, messages) for at, one in enumerate(context.counties, start=1)]
    rows.append(_build_area_row(context, len(rows) + 1, measures, messages))
    groups = (
        len(IDENTITY_COLUMNS),
        *(len(FIGURE_KINDS) for _ in measures),
        len(FINDING_COLUMNS),
        len(INPUT_COLUMNS) + len(KEY_COLUMNS),
    )
    wide = (
        sum(groups[:3] if measures[1:] else groups[:2]) - TITLE_COLUMN_COUNT
    )  # what lies on the first page beside the names
    notes = [
        _build_wide_row(messages(f"review_book.note.{one}"), CellStyle.NOTE, wide)
        for one in ("fill", "points", "bound")
    ]
    title = messages(
        "review_book.title", name=clean_text(context.area_name), year=context.roster.year, level=context.level.name
    )
    sheet = FilingSheet(
        name=messages("review_book.sheet"),
        rows=(*_build_heading(context, title, wide, messages), _build_header(measures, messages), *rows, *notes),
        widths=tuple(COLUMN_WIDTHS[one] for one in names),
        landscape=True,
        header_rows=(3, 3),
        is_locked=True,
        column_group_sizes=groups,
        title_column_count=TITLE_COLUMN_COUNT,
    )
    return FilingBook(
        title=title,
        subject=messages("filing.year", year=context.roster.year),
        created_at=context.as_of,
        sheets=(sheet,),
    )


def _build_heading(context: ReviewContext, title: str, span: int, messages: Messages) -> tuple[CellRow, CellRow]:
    """Return what stands above the table; nothing of it lies across the columns that every page repeats."""
    number = build_text_cell(messages("review_book.number"), CellStyle.FORM_NUMBER, span=TITLE_COLUMN_COUNT)
    unit = build_text_cell(messages("review_book.unit", unit=_join_units(context)), CellStyle.UNIT, span=span)
    return (number, unit), _build_wide_row(title, CellStyle.TITLE, span)


def _build_wide_row(content: str, style: CellStyle, span: int) -> CellRow:
    return build_text_cell("", style, span=TITLE_COLUMN_COUNT), build_text_cell(content, style, span=span)


def _join_units(context: ReviewContext) -> str:
    units = (figure.unit for one in context.counties if one.report for figure in one.report.figures if figure.unit)
    return "、".join(dict.fromkeys(units))


def _build_header(measures: list[str], messages: Messages) -> CellRow:
    def get_heading(name: str) -> str:
        return messages(f"review_book.heading.{name}")

    shown = (
        get_heading(one) if one in ("county", "version") else messages(f"review_book.column.{one}")
        for one in IDENTITY_COLUMNS
    )
    figures = (
        messages(
            f"review_book.column.{one}",
            measure=messages(f"filing.measure.{name}") if messages.has_key(f"filing.measure.{name}") else name,
        )
        for name in measures
        for one in FIGURE_KINDS
    )
    told = (messages(f"review_book.column.{one}") for one in FINDING_COLUMNS)
    return build_header_row((*shown, *figures, *told, *(get_heading(one) for one in (*INPUT_COLUMNS, *KEY_COLUMNS))))


def _build_county_row(
    context: ReviewContext, county: ReviewedCounty, serial: int, measures: list[str], messages: Messages
) -> CellRow:
    standing, newest = county.county_state, county.county_state.newest_version
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(county.due_county.name),
        build_text_cell(county.due_county.code, CellStyle.CENTRE),
        build_text_cell(str(newest.number) if newest else "", CellStyle.CENTRE),
        build_text_cell(context.procedure.states.get(standing.state, standing.state), CellStyle.CENTRE),
        *build_figure_cells(county, measures),
        _build_findings_cell(county, messages),
        build_text_cell(_truncate_text(_format_explanations(county, messages), messages)),
        build_text_cell(_truncate_text(_format_changes(county, messages), messages)),
        *_build_input_cells(context, _list_actions(context, standing.state)),
        build_text_cell(context.level.name, CellStyle.CENTRE),
        build_text_cell(newest.sha256 if newest else NO_VERSION_SEEN, CellStyle.HASH),
    )


def _build_area_row(context: ReviewContext, serial: int, measures: list[str], messages: Messages) -> CellRow:
    """Return the row by which the roll-up itself is sealed or opened."""
    wanted = Effect.UNSEAL if context.is_sealed else Effect.SEAL
    actions = [one.name for one in context.procedure.actions if one.level == context.level.id and one.effect is wanted]
    settled = context.procedure.closed_states.get(context.level.id, ())
    waiting = sum(one.county_state.state not in settled for one in context.counties)
    state = "sealed" if context.is_sealed else "open" if waiting else "ready"
    offered = [] if state == "open" else actions  # what would be refused is not offered
    dash = messages("filing.not_applicable")
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(messages("review_book.roll_up", name=context.area_name), CellStyle.TOTAL_TEXT),
        build_text_cell(context.area_code, CellStyle.CENTRE),
        build_text_cell("", CellStyle.CENTRE),
        build_text_cell(messages(f"review_book.seal.{state}", count=waiting), CellStyle.CENTRE),
        *build_total_cells(context, measures),
        *(build_text_cell(dash, CellStyle.CENTRE) for _ in FINDING_COLUMNS),
        *_build_input_cells(context, offered),
        build_text_cell(context.level.name, CellStyle.CENTRE),
        build_text_cell("", CellStyle.HASH),
    )


def _list_actions(context: ReviewContext, state: str) -> list[str]:
    actions = (one for one in context.procedure.actions if one.level == context.level.id)
    return [one.name for one in actions if state in one.from_states]


def _build_input_cells(context: ReviewContext, actions: list[str]) -> Iterator[Cell]:
    """Give the cells to fill in; where nothing can be decided they stay locked."""
    officers = [one.id for one in context.roster.officers if is_responsible_for(one, context.area_code, context.level)]
    choices = {"action": tuple(actions), "by": tuple(dict.fromkeys(officers))}
    for name in INPUT_COLUMNS:
        offered = choices.get(name, ())
        fits = len(",".join(offered)) <= 255 and not any("," in one for one in offered)  # noqa: PLR2004 - a sheet's limit
        yield Cell(None, CellStyle.INPUT, choices=offered if fits else ()) if actions else Cell(None, CellStyle.TEXT)


def _build_findings_cell(county: ReviewedCounty, messages: Messages) -> Cell:
    if county.report is None:
        return build_text_cell("")
    counts = {severity: county.report.count_findings(severity) for severity in Severity}
    if not any(counts.values()):
        return build_text_cell(messages("review_book.no_findings"))
    gravest = next(severity for severity in sorted(Severity, key=lambda one: one.rank) if counts[severity])
    said = messages("review_book.counts", **{severity.value: count for severity, count in counts.items()})
    listed = sorted((one for one in county.report.findings if not one.trial), key=lambda one: one.severity.rank)
    lines = [_format_finding(finding, messages) for finding in listed[:MAX_LINES_LISTED]]
    return build_text_cell(_truncate_text("\n".join((said, *lines)), messages), CellStyle(gravest.value))


def _format_finding(finding: Finding, messages: Messages) -> str:
    return messages(
        "review_book.finding",
        severity=messages(f"severity.{finding.severity.value}"),
        rule=finding.rule,
        place=f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet,
        message=finding.message,
    )


def _format_explanations(county: ReviewedCounty, messages: Messages) -> str:
    said = [
        messages("filing.substance.explanations", rule=rule, text=told)
        for rule, told in county.county_state.get_newest_explanations().items()
    ]
    said += [
        messages("filing.substance.waivers", rule=w.rule, until=w.until, reason=w.reason)
        for w in county.county_state.waivers
    ]
    return "\n".join(said)


def _format_changes(county: ReviewedCounty, messages: Messages) -> str:
    newest = county.county_state.newest_version
    if newest is None:
        return ""
    if county.last_seen is None:
        return messages("review_book.changed.first", version=newest.number)
    version, report = county.last_seen
    if version.sha256 == newest.sha256:
        return messages("review_book.changed.nothing", version=newest.number)
    moved = list(find_changed_figures(report, county.report))
    lines = [
        messages(
            "review_book.changed.since",
            before=version.number,
            sha=version.sha256[:12],
            after=newest.number,
            count=len(moved),
        ),
        *(
            messages("review_book.changed.cell", place=m.location, before=m.before, after=m.after)
            for m in moved[:MAX_LINES_LISTED]
        ),
    ]
    return "\n".join(lines)


def _truncate_text(content: str, messages: Messages) -> str:
    return (
        content
        if len(content) <= MAX_CELL_CHARACTERS
        else clean_text(content[:MAX_CELL_CHARACTERS]) + messages("review_book.more")
    )
