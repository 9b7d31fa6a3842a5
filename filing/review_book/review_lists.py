"""The lists behind a review workbook: all changes, points with answers and explanations, and every decision."""

from collections.abc import Iterator, Sequence

from checks.versions.version_diff import CellChange, ChangeKind
from contracts.messages import Messages
from filing.book.cell_builders import (
    CellRow,
    TableHeading,
    build_header_row,
    build_text_cell,
    format_date,
    split_long_row,
)
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.decision_text import format_decision, get_decision_fact
from filing.context.review_context import ReviewContext, ReviewedCounty
from filing.review_book.sampling import propose_sample
from review.events import Event

CHANGE_COLUMNS = ("serial", "name", "kind", "form", "row", "field", "before", "after", "cell")
CHANGE_WIDTHS = (5.0, 11.0, 8.0, 24.0, 18.0, 14.0, 20.0, 20.0, 9.0)
ANSWER_COLUMNS = ("serial", "name", "topic", "target", "question", "answer", "explained_last_year")
ANSWER_WIDTHS = (5.0, 11.0, 10.0, 18.0, 36.0, 36.0, 24.0)
SAMPLE_COLUMNS = ("serial", "name", "target", "township", "field", "amount", "reason")
SAMPLE_WIDTHS = (5.0, 11.0, 26.0, 20.0, 18.0, 14.0, 36.0)
DECISION_COLUMNS = ("serial", "name", "acted", "decided_on", "document", "unit", "text")
DECISION_WIDTHS = (5.0, 11.0, 12.0, 15.0, 22.0, 26.0, 40.0)


def build_review_lists(context: ReviewContext, messages: Messages) -> tuple[FilingSheet, ...]:
    """Return the sheets behind the review workbook's own."""
    tables: dict[str, tuple[tuple[str, ...], tuple[float, ...], Iterator[CellRow]]] = {
        "changes": (CHANGE_COLUMNS, CHANGE_WIDTHS, _list_change_rows(context, messages)),
        "answers": (ANSWER_COLUMNS, ANSWER_WIDTHS, _list_answer_rows(context, messages)),
        "sample": (SAMPLE_COLUMNS, SAMPLE_WIDTHS, _list_sample_rows(context, messages)),
        "decisions": (DECISION_COLUMNS, DECISION_WIDTHS, _list_decision_rows(context, messages)),
    }
    return tuple(
        _build_list_sheet(context, name, columns=columns, widths=widths, rows=list(rows), messages=messages)
        for name, (columns, widths, rows) in tables.items()
    )


def _build_list_sheet(
    context: ReviewContext,
    name: str,
    *,
    columns: Sequence[str],
    widths: Sequence[float],
    rows: Sequence[CellRow],
    messages: Messages,
) -> FilingSheet:
    heading = TableHeading(
        form_number=messages("review_book.number"),
        right_text=messages("filing.year", year=context.roster.year),
        title=f"{context.area_name}{messages(f'review_book.list.{name}')}",
        column_count=len(columns),
    )
    body: list[CellRow] = []
    for serial, row in enumerate(rows, start=1):
        body += split_long_row((Cell(serial, CellStyle.CENTRE), *row), widths)
    if not body:
        body.append((build_text_cell(messages("review_book.list.nothing"), CellStyle.CENTRE, span=len(columns)),))
    return FilingSheet(
        name=messages(f"review_book.list.{name}"),
        rows=(
            *heading.build_rows(),
            build_header_row(messages(f"review_book.column.{column}") for column in columns),
            *body,
        ),
        widths=tuple(widths),
        landscape=True,
        header_rows=(3, 3),
        is_locked=True,
    )


def _list_change_rows(context: ReviewContext, messages: Messages) -> Iterator[CellRow]:
    """Yield every change since the version that this level saw last: figures, texts, rows."""
    for county in context.counties:
        if county.changes is not None:
            for change in county.changes.cell_changes:
                yield _build_change_row(county, change, messages)


def _build_change_row(county: ReviewedCounty, change: CellChange, messages: Messages) -> CellRow:
    before, after = change.before, change.after
    if change.kind is ChangeKind.MOVED:
        before, after = (messages("changes.place", row=text) for text in (before, after))
    texts = (
        county.due_county.name,
        messages(f"changes.kind.{change.kind}"),
        change.form,
        change.row,
        change.heading,
        before or messages("marks.blank"),
        after or messages("marks.blank"),
        change.cell.address if change.cell else messages("filing.not_applicable"),
    )
    return tuple(map(build_text_cell, texts))


def _list_answer_rows(context: ReviewContext, messages: Messages) -> Iterator[CellRow]:
    """Yield each point of a return beside the county's answer, then each explained finding beside its explanation."""
    for county in context.counties:
        for county_return in county.returns:
            for point in county_return.points:
                yield _build_answer_row(
                    county,
                    messages("review_book.topic.point"),
                    point.target or messages("returned.whole"),
                    texts=(point.text, point.answer or messages("review_book.topic.unanswered"), ""),
                )
        yield from _list_explanation_rows(county, messages)


def _list_explanation_rows(county: ReviewedCounty, messages: Messages) -> Iterator[CellRow]:
    topic = messages("review_book.topic.explanation")
    if county.report is not None:
        for finding in county.report.findings:
            if finding.is_explained and finding.explanation is not None:
                target = f"{finding.rule} {finding.sheet}!{finding.cell or ''}".rstrip("!")
                texts = (finding.message, finding.explanation.text, finding.last_year)
                yield _build_answer_row(county, topic, target, texts=texts)
    for explanation in county.county_state.get_newest_explanations():
        # One that names a finding is in the report.
        if not explanation.finding:
            yield _build_answer_row(county, topic, explanation.target, texts=("", explanation.text, ""))


def _build_answer_row(county: ReviewedCounty, topic: str, target: str, *, texts: tuple[str, str, str]) -> CellRow:
    return tuple(map(build_text_cell, (county.due_county.name, topic, target, *texts)))


def _list_sample_rows(context: ReviewContext, messages: Messages) -> Iterator[CellRow]:
    for county in context.counties:
        for item in propose_sample(county, context.sampling):
            figure = item.figure
            reasons = "、".join(messages(f"review_book.sampled.{reason}") for reason in item.reasons)
            texts = (
                county.due_county.name,
                f"{figure.sheet}!{figure.cell}",
                "　".join(filter(None, (figure.project, figure.township))),
                messages(f"filing.measure.{figure.measure}"),
                figure.amount,
                reasons,
            )
            yield tuple(map(build_text_cell, texts))


def _list_decision_rows(context: ReviewContext, messages: Messages) -> Iterator[CellRow]:
    """Yield every decision on the area's counties and its roll-up, with all words of it."""
    for county in context.counties:
        for decision in county.county_state.decisions:
            yield _build_decision_row(context, county.due_county.name, decision, messages)
    for event in context.roll_ups:
        yield _build_decision_row(context, context.area_name, event, messages)


def _build_decision_row(context: ReviewContext, name: str, decision: Event, messages: Messages) -> CellRow:
    action = context.procedure.find_action(decision.level, decision.action)
    texts = (
        name,
        action.name if action else decision.action,
        format_date(get_decision_fact(decision, "date"), messages),
        get_decision_fact(decision, "number") or messages("filing.not_applicable"),
        f"{decision.unit}\n{get_decision_fact(decision, 'title')}".strip(),
        format_decision(decision, messages) or messages("filing.not_applicable"),
    )
    return tuple(map(build_text_cell, texts))
