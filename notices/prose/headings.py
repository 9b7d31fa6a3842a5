"""What a notice says of itself: number, title, date, years, the list of annexes, the clauses of its body."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from notices.content.document import NoticeDocument, NoticeParagraph
from notices.content.text import remove_spaces

_NUMBER = re.compile(r"[一-鿿]{1,12}[〔\[【(（](?:19|20)[0-9]{2}[〕\]】)）][0-9]+号")
_DATE = re.compile(r"^((?:19|20)[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})日$")
_YEAR_RANGE = re.compile(r"((?:19|20)[0-9]{2})年?[—–\-~～至到]+((?:19|20)[0-9]{2})年?")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年")
_QUOTED = re.compile(r"《(.+)》[^《》]*印发")
_ANNOUNCED = re.compile(r"关于(?:印发|下达)?《?(.+?)》?的(?:通知|函|意见|批复)")
_CLAUSE = re.compile(r"^[一二三四五六七八九十]+、[^。；]{2,30}$")
_ORDINAL = re.compile(r"^([一二三四五六七八九十])是")
_ANNEX_LIST = re.compile(r"^附件?[:：]?\s*(?=[0-9一二三四五六七八九十])")
_ANNEX_ITEM = re.compile(r"^([0-9]+)[.．、](.+)$")
_ANNEX_TITLE = re.compile(r"^附件[0-9一二三四五六七八九十]*$")
MAX_YEARS = 30


@dataclass(frozen=True, slots=True)
class AnnexEntry:
    """One line of the list of annexes: its number, its title and the paragraph where it begins."""

    number: str
    title: str
    paragraph: int


def find_document_number(document: NoticeDocument) -> str:
    """Return the notice's own number: the first paragraph that is nothing else; empty if there is none."""
    for paragraph in document.paragraphs:
        text = remove_spaces(paragraph.text).replace("[", "〔").replace("]", "〕")
        if _NUMBER.fullmatch(text):
            return text
    return ""


def find_title(document: NoticeDocument) -> str:
    """Return the title of the plan that the notice issues; empty if no sentence names it."""
    for paragraph in document.paragraphs:
        match = _QUOTED.search(paragraph.text)
        if match is not None:
            return match[1]
    text = "".join(paragraph.text.strip() for paragraph in document.paragraphs[:12])
    match = _ANNOUNCED.search(text)
    if match is not None:
        return match[1]
    return document.paragraphs[0].text if document.paragraphs else ""


def find_issue_date(document: NoticeDocument) -> str:
    """Return the first date that stands alone in a line, in ISO 8601; empty if there is none."""
    for paragraph in document.paragraphs:
        match = _DATE.match(remove_spaces(paragraph.text))
        if match is not None:
            try:
                return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
            except ValueError:
                continue
    return ""


def find_years(title: str, titles: Sequence[str], columns: Sequence[int]) -> tuple[int, ...]:
    """Return the years of a plan: those of its title, else of the columns, else the one that its tables name."""
    match = _YEAR_RANGE.search(title)
    if match is not None and 0 <= int(match[2]) - int(match[1]) < MAX_YEARS:
        return tuple(range(int(match[1]), int(match[2]) + 1))
    if columns:
        return tuple(sorted(set(columns)))
    named = {int(year) for text in (title, *titles) for year in _YEAR.findall(text)}
    return tuple(named) if len(named) == 1 else ()


def list_annexes(document: NoticeDocument) -> Iterator[AnnexEntry]:
    """Yield the lines of the list of annexes; a title over several lines is joined."""
    entry: AnnexEntry | None = None
    is_inside = False
    for paragraph in document.paragraphs:
        text = remove_spaces(paragraph.text)
        opening = _ANNEX_LIST.match(text)
        if opening is not None and not _ANNEX_TITLE.match(text):
            is_inside = True
            text = text[opening.end() :]
        elif _ANNEX_TITLE.match(text) and is_inside:
            break
        if not is_inside:
            continue
        item = _ANNEX_ITEM.match(text)
        if item is not None:
            if entry is not None:
                yield entry
            entry = AnnexEntry(item[1], item[2], paragraph.number)
        elif entry is not None:
            entry = AnnexEntry(entry.number, entry.title + text, entry.paragraph)
    if entry is not None:
        yield entry


def name_clause(document: NoticeDocument, paragraph_number: int) -> str:
    """Return the clause that a paragraph belongs to, such as 三、工作任务（一）."""
    clause = ""
    for paragraph in document.paragraphs:
        text = remove_spaces(paragraph.text)
        if _CLAUSE.match(text):
            clause = text
        if paragraph.number == paragraph_number:
            return clause + _name_ordinal(paragraph)
    return ""


def _name_ordinal(paragraph: NoticeParagraph) -> str:
    match = _ORDINAL.match(paragraph.text.strip())
    if match is None:
        return ""
    return f"（{match[1]}）"
