"""The notices that a county gets: that its version is returned, with the points, and that a file was refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.messages import Messages
from contracts.procedures import Procedure
from filing.book.cell_builders import (
    CellRow,
    build_header_row,
    build_text_cell,
    clean_text,
    format_date,
    get_local_date,
)
from filing.book.document_sheet import DOCUMENT_WIDTHS, Document, build_document_sheet
from filing.book.workbook_model import CellStyle, FilingBook, FilingSheet
from filing.context.decision_text import get_decision_fact
from review.county_state import RefusedFile, SubmissionVersion
from review.roster import DueCounty
from review.submissions.return_points import CountyReturn, ReturnPoint

POINT_COLUMNS = ("number_column", "target", "value", "text")
POINT_WIDTHS = (6.0, 24.0, 14.0, 40.0)
_FULL_WIDTH = len(POINT_WIDTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeContext:
    """What every notice states: the county, the offices, the ledger entry that it rests on, and the inbox.

    *issuer* is the office that returns or refuses, *addressee* the county's. *digest* and *recorded_at* are those of
    the entry. *folder* is the county's folder in the inbox, *deadline* the last day for the county's report.
    """

    procedure: Procedure
    year: int
    county: DueCounty
    issuer: str
    addressee: str
    digest: str
    recorded_at: str
    folder: str
    deadline: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedVersion:
    """A returned version: the return, the name of its marked workbook, and the reported values by target of a point.

    *last_year* is by target what the county explained last year of the same thing, as a sentence.
    """

    version: SubmissionVersion
    county_return: CountyReturn
    marked_name: str
    values: Mapping[str, str] = field(default_factory=dict)
    last_year: Mapping[str, str] = field(default_factory=dict)


def build_return_notice(context: NoticeContext, returned: ReturnedVersion, messages: Messages) -> FilingBook:
    """Return the notice of a return (退回通知单), ready to be sealed."""
    document = Document(
        sheet_key="return_notice",
        title=messages("filing.document.return_notice", county=context.county.name, year=context.year),
        number=_format_return_number(context, returned, messages),
        addressee=messages("filing.addressee", unit=context.addressee),
        paragraphs=list(_format_return_paragraphs(context, returned, messages)),
        table=list(_build_point_rows(returned, messages)),
        closing_paragraphs=(_format_answer_steps(context, returned, messages),),
        signature_lines=(context.issuer, _format_return_date(returned, messages)),
        signer_keys=("returning", "handler", "collected"),
        signers={"handler": get_decision_fact(returned.county_return.decision, "title")},
        widths=POINT_WIDTHS,
    )
    return _build_notice_book(context, build_document_sheet(document, messages), document.title, messages)


def _format_return_number(context: NoticeContext, returned: ReturnedVersion, messages: Messages) -> str:
    number = get_decision_fact(returned.county_return.decision, "number")
    return messages(
        "filing.return_notice.number_with" if number else "filing.return_notice.number",
        number=number,
        year=context.year,
        county=context.county.code,
        version=returned.version.number,
        digest=context.digest[:8],
    )


def _format_return_paragraphs(context: NoticeContext, returned: ReturnedVersion, messages: Messages) -> Iterator[str]:
    decision, version = returned.county_return.decision, returned.version
    action = context.procedure.find_action(decision.level, decision.action)
    level = context.procedure.find_level(decision.level)
    yield messages(
        "filing.return_notice.ground",
        county=context.county.name,
        code=context.county.code,
        year=context.year,
        procedure=context.procedure.name,
        version=version.number,
        file=clean_text(version.name),
        sha256=version.sha256,
        level=level.name if level else decision.level,
        action=action.name if action else decision.action,
    )
    yield messages("filing.return_notice.opinion", opinion=clean_text(get_decision_fact(decision, "opinion")))
    yield messages("filing.return_notice.points", count=len(returned.county_return.points))


def _build_point_rows(returned: ReturnedVersion, messages: Messages) -> Iterator[CellRow]:
    yield build_header_row(messages(f"filing.return_notice.{column}") for column in POINT_COLUMNS)
    for point in returned.county_return.points:
        yield _build_point_row(point, returned, messages)


def _build_point_row(point: ReturnPoint, returned: ReturnedVersion, messages: Messages) -> CellRow:
    value = returned.values.get(point.target, messages("filing.not_applicable"))
    return (
        build_text_cell(str(point.number), CellStyle.CENTRE),
        build_text_cell(point.target or messages("returned.whole")),
        build_text_cell(value),
        build_text_cell(point.text + returned.last_year.get(point.target, "")),
    )


def _format_answer_steps(context: NoticeContext, returned: ReturnedVersion, messages: Messages) -> str:
    return messages(
        "filing.return_notice.how",
        marked=returned.marked_name,
        version=returned.version.number,
        folder=clean_text(context.folder),
    )


def _format_return_date(returned: ReturnedVersion, messages: Messages) -> str:
    return format_date(get_decision_fact(returned.county_return.decision, "date"), messages)


def build_refusal_notice(context: NoticeContext, refused_file: RefusedFile, messages: Messages) -> FilingBook:
    """Return the notice that a file was refused (拒收通知单), with the reason, the remedy and how to send it again."""
    day = format_date(get_local_date(context.recorded_at), messages)
    ground = messages(
        "filing.refusal_notice.ground",
        file=clean_text(refused_file.name),
        sha256=refused_file.sha256 or messages("filing.refusal_notice.unknown"),
        date=day,
        year=context.year,
        procedure=context.procedure.name,
    )
    document = Document(
        sheet_key="refusal_notice",
        title=messages("filing.document.refusal_notice", county=context.county.name, year=context.year),
        number=messages(
            "filing.refusal_notice.number", year=context.year, county=context.county.code, digest=context.digest[:8]
        ),
        addressee=messages("filing.addressee", unit=context.addressee),
        paragraphs=(ground,),
        table=list(_build_refusal_rows(context, refused_file, messages)),
        signature_lines=(context.issuer, day),
        signer_keys=("refusing", "handler", "collected"),
    )
    return _build_notice_book(context, build_document_sheet(document, messages), document.title, messages)


def _build_refusal_rows(context: NoticeContext, refused_file: RefusedFile, messages: Messages) -> Iterator[CellRow]:
    deadline = ""
    if context.deadline is not None:
        deadline = messages("filing.refusal_notice.deadline", date=format_date(context.deadline, messages))
    texts = {
        "reason": refused_file.message,
        "place": _format_place(refused_file),
        "remedy": refused_file.remedy,
        "again": messages("filing.refusal_notice.how", folder=clean_text(context.folder), deadline=deadline),
        "code": refused_file.code,
    }
    for key, text in texts.items():
        yield (
            build_text_cell(messages(f"filing.refusal_notice.{key}"), CellStyle.HEADER),
            build_text_cell(text or messages("filing.not_applicable"), span=len(DOCUMENT_WIDTHS) - 1),
        )


def _format_place(refused_file: RefusedFile) -> str:
    part, sheet, cell = refused_file.place
    return "!".join(filter(None, [sheet, cell])) or part


def _build_notice_book(context: NoticeContext, sheet: FilingSheet, title: str, messages: Messages) -> FilingBook:
    return FilingBook(
        title=clean_text(title.replace("\n", "")),
        subject=messages("filing.year", year=context.year),
        created_at=context.recorded_at,
        sheets=(sheet,),
        footer=messages("filing.footer", digest=context.digest),
        page_number=messages("filing.page_number"),
    )
