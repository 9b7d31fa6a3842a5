"""The review workbook: one row for each county with the data for the reviewer, and yellow cells for the decision."""

from collections.abc import Iterator, Mapping

from contracts.messages import Messages
from contracts.procedures import Effect
from filing.book.cell_builders import CellRow, build_header_row, build_text_cell, clean_text
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from filing.context.review_context import ReviewContext, ReviewedCounty
from filing.review_book.county_texts import build_changes_cell, build_explanations_cell, build_findings_cell
from filing.review_book.review_figures import FIGURE_KINDS, build_figure_cells, build_total_cells, list_measures
from filing.review_book.review_lists import build_review_lists
from review.proposal import NO_VERSION_SEEN, is_responsible_for

MAX_CHOICE_LIST_CHARACTERS = 255
"""A spreadsheet's limit for the items of a drop-down list, joined by commas."""
IDENTITY_COLUMNS = ("serial", "name", "county", "version", "state")
FINDING_COLUMNS = ("findings", "explained", "changed", "page", "file")
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
    "page": 9,
    "file": 9,
    "action": 11,
    "points": 23,
    "number": 15,
    "opinion": 23,
    "by": 10.5,
    "on": 10.5,
    "level": 5,
    "sha256": 15,
}
TITLE_COLUMN_COUNT = IDENTITY_COLUMNS.index("name") + 1
"""The columns with the name of the county, which are repeated on every page."""


def build_review_book(context: ReviewContext, messages: Messages) -> FilingBook:
    """Return the workbook of one reviewing area."""
    measures = list_measures(context)
    title = messages(
        "review_book.title", name=clean_text(context.area_name), year=context.roster.year, level=context.level.name
    )
    return FilingBook(
        title=title,
        subject=messages("filing.year", year=context.roster.year),
        created_at=context.as_of,
        sheets=(_build_sheet(context, title, measures, messages), *build_review_lists(context, messages)),
        page_number=messages("filing.page_number"),
    )


def _build_sheet(context: ReviewContext, title: str, measures: list[str], messages: Messages) -> FilingSheet:
    group_sizes = _list_group_sizes(len(measures))
    # The heading and the notes cover the groups on the first page, beside the names.
    first_page_groups = group_sizes[:2]
    wide_span = sum(first_page_groups) - TITLE_COLUMN_COUNT
    rows: list[CellRow] = [
        *_build_heading(context, title, wide_span, messages),
        build_header_row(_list_column_titles(measures, messages)),
        *_build_rows(context, measures, messages),
        *_build_notes(wide_span, messages),
    ]
    return FilingSheet(
        name=messages("review_book.sheet"),
        rows=tuple(rows),
        widths=_list_widths(len(measures)),
        landscape=True,
        header_rows=(3, 3),
        is_locked=True,
        column_group_sizes=group_sizes,
        title_column_count=TITLE_COLUMN_COUNT,
    )


def _build_rows(context: ReviewContext, measures: list[str], messages: Messages) -> Iterator[CellRow]:
    for serial, county in enumerate(context.counties, start=1):
        yield _build_county_row(context, county, serial, measures, messages)
    yield _build_area_row(context, len(context.counties) + 1, measures, messages)


def _build_notes(span: int, messages: Messages) -> Iterator[CellRow]:
    for note in ("fill", "points", "bound"):
        yield _build_wide_row(messages(f"review_book.note.{note}"), CellStyle.NOTE, span)


def _list_group_sizes(measure_count: int) -> tuple[int, ...]:
    figure_groups = [len(FIGURE_KINDS)] * measure_count
    return (
        len(IDENTITY_COLUMNS),
        *figure_groups,
        len(FINDING_COLUMNS),
        len(INPUT_COLUMNS) + len(KEY_COLUMNS),
    )


def _list_widths(measure_count: int) -> tuple[float, ...]:
    figure_columns = ["figure"] * (measure_count * len(FIGURE_KINDS))
    columns = [*IDENTITY_COLUMNS, *figure_columns, *FINDING_COLUMNS, *INPUT_COLUMNS, *KEY_COLUMNS]
    return tuple(COLUMN_WIDTHS[column] for column in columns)


def _build_heading(context: ReviewContext, title: str, span: int, messages: Messages) -> tuple[CellRow, CellRow]:
    """Return the rows above the table; no cell crosses the border of the columns that every page repeats."""
    number = build_text_cell(messages("review_book.number"), CellStyle.FORM_NUMBER, span=TITLE_COLUMN_COUNT)
    unit = build_text_cell(messages("review_book.unit", unit=_join_units(context)), CellStyle.UNIT, span=span)
    return (number, unit), _build_wide_row(title, CellStyle.TITLE, span)


def _build_wide_row(content: str, style: CellStyle, span: int) -> CellRow:
    return build_text_cell("", style, span=TITLE_COLUMN_COUNT), build_text_cell(content, style, span=span)


def _join_units(context: ReviewContext) -> str:
    units: dict[str, None] = {}
    for county in context.counties:
        if county.report is not None:
            units.update(dict.fromkeys(figure.unit for figure in county.report.figures if figure.unit))
    return "、".join(units)


def _list_column_titles(measures: list[str], messages: Messages) -> Iterator[str]:
    for column in IDENTITY_COLUMNS:
        if column in ("county", "version"):
            yield messages(f"review_book.heading.{column}")
        else:
            yield messages(f"review_book.column.{column}")
    for measure in measures:
        for kind in FIGURE_KINDS:
            yield messages(f"review_book.column.{kind}", measure=_format_measure(measure, messages))
    for column in FINDING_COLUMNS:
        yield messages(f"review_book.column.{column}")
    for column in (*INPUT_COLUMNS, *KEY_COLUMNS):
        yield messages(f"review_book.heading.{column}")


def _format_measure(measure: str, messages: Messages) -> str:
    key = f"filing.measure.{measure}"
    if messages.has_key(key):
        return messages(key)
    return measure


def _build_county_row(
    context: ReviewContext, county: ReviewedCounty, serial: int, measures: list[str], messages: Messages
) -> CellRow:
    state, newest = county.county_state.state, county.county_state.newest_version
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(county.due_county.name),
        build_text_cell(county.due_county.code, CellStyle.CENTRE),
        build_text_cell(str(newest.number) if newest else "", CellStyle.CENTRE),
        build_text_cell(context.procedure.states.get(state, state), CellStyle.CENTRE),
        *build_figure_cells(county, measures),
        build_findings_cell(county, messages),
        build_explanations_cell(county, messages),
        build_changes_cell(county, messages),
        _build_file_link(county.page_link, "page", messages),
        _build_file_link(county.file_link, "file", messages),
        *_build_input_cells(context, _list_actions(context, state)),
        build_text_cell(context.level.name, CellStyle.CENTRE),
        build_text_cell(newest.sha256 if newest else NO_VERSION_SEEN, CellStyle.HASH),
    )


def _build_file_link(target: str, kind: str, messages: Messages) -> Cell:
    """Return the cell that opens the county's page or file, or a dash if there is none."""
    if not target:
        return build_text_cell(messages("filing.not_applicable"), CellStyle.CENTRE)
    return build_text_cell(messages(f"review_book.open.{kind}"), CellStyle.CENTRE, source_link=target)


def _build_area_row(context: ReviewContext, serial: int, measures: list[str], messages: Messages) -> CellRow:
    """Return the row in which the roll-up itself is sealed or unsealed."""
    closed_states = context.procedure.closed_states.get(context.level.id, ())
    pending_count = sum(county.county_state.state not in closed_states for county in context.counties)
    seal_state = _get_seal_state(context, pending_count)
    dash_cell = build_text_cell(messages("filing.not_applicable"), CellStyle.CENTRE)
    finding_cells = [dash_cell] * len(FINDING_COLUMNS)
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(messages("review_book.roll_up", name=context.area_name), CellStyle.TOTAL_TEXT),
        build_text_cell(context.area_code, CellStyle.CENTRE),
        build_text_cell("", CellStyle.CENTRE),
        build_text_cell(messages(f"review_book.seal.{seal_state}", count=pending_count), CellStyle.CENTRE),
        *build_total_cells(context, measures),
        *finding_cells,
        *_build_input_cells(context, _list_seal_actions(context, seal_state)),
        build_text_cell(context.level.name, CellStyle.CENTRE),
        build_text_cell("", CellStyle.HASH),
    )


def _get_seal_state(context: ReviewContext, pending_count: int) -> str:
    if context.is_sealed:
        return "sealed"
    if pending_count:
        return "open"
    return "ready"


def _list_seal_actions(context: ReviewContext, seal_state: str) -> list[str]:
    """Return the actions on the roll-up; sealing is not offered while it would be refused."""
    effects = {"sealed": Effect.UNSEAL, "ready": Effect.SEAL}
    effect = effects.get(seal_state)
    return [
        action.name
        for action in context.procedure.actions
        if action.level == context.level.id and action.effect is effect
    ]


def _list_actions(context: ReviewContext, state: str) -> list[str]:
    return [
        action.name
        for action in context.procedure.actions
        if action.level == context.level.id and state in action.from_states
    ]


def _build_input_cells(context: ReviewContext, actions: list[str]) -> Iterator[Cell]:
    """Yield the cells to fill in; they stay locked if there is nothing to decide."""
    choices = {"action": tuple(actions), "by": _list_officer_ids(context)}
    for column in INPUT_COLUMNS:
        if actions:
            yield Cell(None, CellStyle.INPUT, choices=_drop_unusable_choices(choices.get(column, ())))
        else:
            yield Cell(None, CellStyle.TEXT)


def _list_officer_ids(context: ReviewContext) -> tuple[str, ...]:
    officer_ids: dict[str, None] = {}
    for officer in context.roster.officers:
        if is_responsible_for(officer, context.area_code, context.level):
            officer_ids[officer.id] = None
    return tuple(officer_ids)


def _drop_unusable_choices(choices: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items, or none of them if a spreadsheet cannot store them as a list separated by commas."""
    if len(",".join(choices)) > MAX_CHOICE_LIST_CHARACTERS or "," in "".join(choices):
        return ()
    return choices
