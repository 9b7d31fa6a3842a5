"""The table of a notice that says who answers for what, and the duties that its body lists."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.notice_vocabulary import NoticeVocabulary
from notices.content.document import DocumentTable, NoticeDocument
from notices.content.text import remove_spaces

_BODY = re.compile(r"[区县市州省旗][一-鿿]{1,16}?(?:分局|局|委|督查室|办公室|公司|中心)(?=[、，,和及等（(])")
_ENUMERATION = re.compile(r"[、]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyEntry:
    """One row of the table: row number from 1, serial, duty, people by heading (carried down), department."""

    row: int
    serial: str
    duty: str
    people: tuple[tuple[str, str], ...]
    department: str


@dataclass(frozen=True, slots=True)
class DutyTable:
    """The table with its number in the document and its rows."""

    number: int
    entries: tuple[DutyEntry, ...]


@dataclass(frozen=True, slots=True)
class BodyDuty:
    """A duty in the body of the notice: the paragraph, the department, the words."""

    paragraph: int
    department: str
    duty: str


def find_duty_table(document: NoticeDocument, vocabulary: NoticeVocabulary) -> DutyTable | None:
    """Return the first table with headings for duties and departments, or None."""
    for table in document.tables:
        columns = _find_columns(table, vocabulary)
        if {"duty", "department"} <= set(columns):
            return DutyTable(table.number, tuple(_read_entries(table, columns, vocabulary)))
    return None


def _find_columns(table: DocumentTable, vocabulary: NoticeVocabulary) -> dict[str, int]:
    headings = [remove_spaces(text) for text in table.rows[0]] if table.rows else []
    columns: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if heading in vocabulary.headings["serial"]:
            columns["serial"] = index
        for part in ("duty", "department"):
            if heading in vocabulary.duty_headings[part]:
                columns.setdefault(part, index)
    return columns


def _read_entries(
    table: DocumentTable, columns: Mapping[str, int], vocabulary: NoticeVocabulary
) -> Iterator[DutyEntry]:
    """Yield the rows; a person in a cell merged downward counts for each of them."""
    people_columns = [
        (index, remove_spaces(heading)) for index, heading in enumerate(table.rows[0]) if index not in columns.values()
    ]
    above: dict[int, str] = {}
    for number, row in enumerate(table.rows[1:], start=2):
        for index, heading in people_columns:
            is_carried = heading in vocabulary.duty_headings["carried_down"]
            above[index] = remove_spaces(row[index]) or (above.get(index, "") if is_carried else "")
        yield DutyEntry(
            row=number,
            serial=remove_spaces(row[columns["serial"]]) if "serial" in columns else "",
            duty=remove_spaces(row[columns["duty"]]),
            people=tuple((heading, above[index]) for index, heading in people_columns),
            department=remove_spaces(row[columns["department"]]),
        )


def list_body_duties(document: NoticeDocument, vocabulary: NoticeVocabulary) -> Iterator[BodyDuty]:
    """Yield the numbered paragraphs that say what a department does."""
    verbs = "|".join(map(re.escape, vocabulary.duty_headings["verbs"]))
    pattern = re.compile(rf"^[0-9]+[.．、]([一-鿿]{{3,24}}?)((?:{verbs}).+)$")
    for paragraph in document.paragraphs:
        match = pattern.match(remove_spaces(paragraph.text))
        if match is not None:
            yield BodyDuty(paragraph.number, match[1], match[2])


def list_named_departments(document: NoticeDocument) -> Iterator[tuple[int, str]]:
    """Yield paragraph and name of each department in an enumeration of departments."""
    for paragraph in document.paragraphs:
        text = remove_spaces(paragraph.text)
        names = _BODY.findall(text)
        if len(names) >= 2 and _ENUMERATION.search(text):  # noqa: PLR2004 - an enumeration has at least two
            for name in names:
                yield paragraph.number, name


def split_clauses(duty: str) -> Sequence[str]:
    """Return the parts of a duty, between semicolons and full stops."""
    return [clause for clause in re.split(r"[；;。]", duty) if clause]
