"""What the documents of an ended filing say: the mark in the title, and the sentence that names how it ended."""

from contracts.messages import Messages
from filing.book.cell_builders import format_date
from filing.context.filing_context import EndedNotice, FilingContext


def mark_ended_title(context: FilingContext, title: str, messages: Messages) -> str:
    """Return a document's title, with 已撤销 or 已被替代 if the filing is no longer in force."""
    if context.ended is None:
        return title
    mark = messages(f"filing.ended.{context.ended.end}")
    return messages("filing.ended.title", title=title, mark=mark)


def format_ended_notice(ended: EndedNotice, messages: Messages) -> str:
    """Return the sentence that says when a filing ended, and by which document."""
    return messages(
        f"filing.ended.{ended.end}_notice",
        count=ended.filing_number,
        day=format_date(ended.day, messages),
        number=ended.document_number or messages("filing.not_applicable"),
        sequence=ended.sequence,
    )


def list_ended_notices(context: FilingContext, messages: Messages) -> list[str]:
    """Return the paragraphs that a document of an ended filing begins with; none if the filing is in force."""
    if context.ended is None:
        return []
    return [format_ended_notice(context.ended, messages)]
