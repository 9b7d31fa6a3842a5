"""Lists of figures in prose: 垦造耕地7000亩。其中：铜都街道1100亩，碧谷街道1000亩."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from contracts.notice_vocabulary import NoticeVocabulary
from notices.content.document import NoticeDocument, NoticeParagraph
from notices.content.figures import QuotedAmount, find_amounts

_MIN_LIST_LENGTH = 2
_DELIMITERS = '，,、；;：:。（）()“”"\n'
_SENTENCE_ENDS = "。；;！!？?\n"
_NAME_SEPARATORS = "[、和]"
_NAME = re.compile(r"[一-鿿]{2,20}$")


@dataclass(frozen=True, slots=True)
class ProseFigure:
    """A figure in a paragraph with the name before it; *amount* has the place of figure and unit."""

    paragraph: int
    name: str
    amount: QuotedAmount

    def convert(self, unit: str, vocabulary: NoticeVocabulary) -> Decimal | None:
        """Return the figure in another unit, None if it cannot be converted."""
        if unit == self.amount.unit:
            return self.amount.value
        return vocabulary.convert(self.amount.value, self.amount.unit, unit)


@dataclass(frozen=True, slots=True)
class ProseList:
    """A list of figures by name, with the total that stands before it and the target that a higher level has set."""

    parts: tuple[ProseFigure, ...]
    total: ProseFigure | None
    assigned: ProseFigure | None


def find_prose_lists(document: NoticeDocument, vocabulary: NoticeVocabulary) -> Iterator[ProseList]:
    """Yield every list of figures by name, in the order of the document."""
    for paragraph in document.paragraphs:
        amounts = list(find_amounts(paragraph.text, dict.fromkeys(vocabulary.units, "")))
        for group in _group_amounts(paragraph.text, amounts, vocabulary):
            prose_list = _build_list(paragraph, amounts, group, vocabulary)
            if len(prose_list.parts) >= _MIN_LIST_LENGTH:
                yield prose_list


def _group_amounts(
    text: str, amounts: list[QuotedAmount], vocabulary: NoticeVocabulary
) -> Iterator[list[QuotedAmount]]:
    """Yield the amounts that follow each other as name, figure, delimiter, name, figure.

    A word that opens the parts (其中) begins a new list.
    """
    group: list[QuotedAmount] = []
    for amount in amounts:
        name = _find_name(text, amount)
        opens_list = name.startswith(vocabulary.part_words)
        if group and (opens_list or not _stands_beside(text, group[-1], amount, name)):
            yield group
            group = []
        if name:
            group.append(amount)
    if group:
        yield group


def _stands_beside(text: str, before: QuotedAmount, amount: QuotedAmount, name: str) -> bool:
    between = text[before.end : amount.start].strip()
    names = re.split(_NAME_SEPARATORS, between.lstrip(_DELIMITERS).strip())
    return bool(name) and names[-1] == name and all(map(_NAME.fullmatch, names))


def _list_names(text: str, amount: QuotedAmount, vocabulary: NoticeVocabulary) -> list[str]:
    """Return the names that a figure counts for: one, or all of 甲乡、乙乡各50亩."""
    name = _find_name(text, amount)
    if not name.endswith(vocabulary.each_word):
        return [strip_fillers(name, vocabulary)]
    start = _find_last_mark(text, amount, _DELIMITERS.replace("、", ""))
    names = re.split(_NAME_SEPARATORS, text[start + 1 : amount.start].strip().removesuffix(vocabulary.each_word))
    return [strip_fillers(part, vocabulary) for part in names]


def _find_last_mark(text: str, amount: QuotedAmount, marks: str) -> int:
    """Return the index of the last of some marks before an amount, -1 if there is none."""
    return max(text.rfind(mark, 0, amount.start) for mark in marks)


def _find_name(text: str, amount: QuotedAmount) -> str:
    """Return the name right before an amount, back to the last delimiter; empty if there is none."""
    start = _find_last_mark(text, amount, _DELIMITERS)
    match = _NAME.fullmatch(text[start + 1 : amount.start].strip())
    return match[0] if match is not None else ""


def strip_fillers(name: str, vocabulary: NoticeVocabulary) -> str:
    """Return a name without what opens the parts before it (其中) and without a verb after it (完成)."""
    for word in vocabulary.part_words:
        name = name.removeprefix(word)
    for word in vocabulary.filler_words:
        name = name.removesuffix(word)
    return name


def _build_list(
    paragraph: NoticeParagraph, amounts: list[QuotedAmount], group: list[QuotedAmount], vocabulary: NoticeVocabulary
) -> ProseList:
    text = paragraph.text
    parts = tuple(
        ProseFigure(paragraph.number, name, amount)
        for amount in group
        for name in _list_names(text, amount, vocabulary)
    )
    before = [amount for amount in amounts if amount.end <= group[0].start]
    total = _find_total(text, before, group[0], vocabulary)
    assigned = [amount for amount in before if amount is not total and _is_assigned(text, amount, vocabulary)]
    return ProseList(
        parts=parts,
        total=_quote(paragraph, total),
        assigned=_quote(paragraph, assigned[-1] if assigned else None),
    )


def _find_total(
    text: str, before: list[QuotedAmount], first: QuotedAmount, vocabulary: NoticeVocabulary
) -> QuotedAmount | None:
    """Return the amount that the list breaks down: the last one before it, where a word opens the parts."""
    if not before:
        return None
    between = text[before[-1].end : first.start]  # with the name of the first part: 其中甲乡
    if any(word in between for word in vocabulary.part_words):
        return before[-1]
    return None


def _is_assigned(text: str, amount: QuotedAmount, vocabulary: NoticeVocabulary) -> bool:
    start = _find_last_mark(text, amount, f"{_SENTENCE_ENDS}，,")
    return any(word in text[start + 1 : amount.start] for word in vocabulary.assigned_words)


def _quote(paragraph: NoticeParagraph, amount: QuotedAmount | None) -> ProseFigure | None:
    if amount is None:
        return None
    return ProseFigure(paragraph.number, _find_name(paragraph.text, amount), amount)
