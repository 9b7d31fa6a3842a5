"""What a notice contradicts itself in: sums, prose against tables, numbering, titles, duties. Each is a finding."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher

from contracts.notice_vocabulary import NoticeVocabulary
from notices.content.document import NoticeDocument
from notices.content.text import remove_spaces
from notices.plan.build_programmes import ProgrammeDraft
from notices.plan.imported_plan import TOTAL
from notices.prose.headings import AnnexEntry
from notices.prose.prose_lists import ProseFigure
from notices.tables.duty_table import BodyDuty, DutyTable, list_named_departments, split_clauses
from notices.tables.table_sums import SumDeviation, find_sum_deviations
from notices.tables.task_table import TaskTable

_ALMOST_EQUAL = 0.8
_ANNEX_WORD_LENGTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One contradiction: its rule, the facts of its sentence, where it stands, and the figures if there are any.

    *place* names the table and is empty for the body; *facts* fill in the sentence ``notice.finding.<rule>``.
    """

    rule: str
    place: str
    facts: dict[str, str] = field(default_factory=dict)
    value: Decimal | None = None
    expected: Decimal | None = None


def name_table(table: TaskTable) -> str:
    """Return how people call a table: its annex, else its title."""
    return table.annex or table.title


def check_table(table: TaskTable) -> Iterator[Contradiction]:
    """Yield what is wrong with a table by itself."""
    for deviation in find_sum_deviations(table):
        yield _describe_deviation(table, deviation)
    yield from _check_serials(name_table(table), [row.serial for row in table.entries if row.serial])
    yield from _check_names(table)
    yield from _check_figures(table)
    if not table.unit and any(not column.unit for column in table.figure_columns):
        yield Contradiction(rule="N14", place=name_table(table))


def _describe_deviation(table: TaskTable, deviation: SumDeviation) -> Contradiction:
    rule = "N01"
    if deviation.is_rounding:
        rule = "N02"
    elif deviation.is_share:
        rule = "N03"
    return Contradiction(
        rule=rule,
        place=name_table(table),
        facts={
            "row": str(table.get_place(deviation.row, deviation.column + 1)[0]),
            "name": deviation.row_name,
            "heading": deviation.heading,
            "value": str(deviation.stated),
            "expected": str(deviation.computed),
            "difference": str(deviation.stated - deviation.computed),
        },
        value=deviation.stated,
        expected=deviation.computed,
    )


def _check_serials(place: str, serials: Iterable[str]) -> Iterator[Contradiction]:
    """Yield one finding on numbers that occur twice, are missing, or do not begin at 1."""
    numbers = [int(serial) for serial in serials if serial.isdecimal()]
    if not numbers:
        return
    repeated = sorted(number for number, count in Counter(numbers).items() if count > 1)
    missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    if repeated or missing:
        facts = {"repeated": _join(map(str, repeated)) or "—", "missing": _join(map(str, missing)) or "—"}
        yield Contradiction(rule="N04", place=place, facts=facts)


def _check_names(table: TaskTable) -> Iterator[Contradiction]:
    for name, count in Counter(row.name for row in table.entries if row.parent is None).items():
        if count > 1:
            yield Contradiction(rule="N06", place=name_table(table), facts={"name": name, "count": str(count)})


def _check_figures(table: TaskTable) -> Iterator[Contradiction]:
    for row in table.rows:
        for index in row.unreadable_columns:
            heading = next(column.heading for column in table.columns if column.index == index)
            row_number, _ = table.get_place(row.number, index + 1)
            facts = {"row": str(row_number), "name": row.name, "heading": heading}
            yield Contradiction(rule="N05", place=name_table(table), facts=facts)


def check_prose(draft: ProgrammeDraft, vocabulary: NoticeVocabulary) -> Iterator[Contradiction]:
    """Yield where the prose says something else than the table, or than itself."""
    prose, programme = draft.prose, draft.programme
    if prose is None:
        return
    for part in prose.parts:
        figures = programme.townships.get(part.name)
        if figures is None:
            yield Contradiction(rule="N15", place=_name_place(draft), facts=_quote_facts(part))
        elif TOTAL in figures and figures[TOTAL].value != part.convert(programme.unit, vocabulary):
            yield _describe_difference(draft, part, part.name, figures[TOTAL].value)
    named = {part.name for part in prose.parts}
    for name in programme.townships:
        if name not in named:
            yield Contradiction(rule="N16", place=_name_place(draft), facts={"name": name})
    yield from _check_prose_totals(draft, vocabulary)


def _check_prose_totals(draft: ProgrammeDraft, vocabulary: NoticeVocabulary) -> Iterator[Contradiction]:
    prose, programme = draft.prose, draft.programme
    if prose is None:
        return
    if prose.total is not None:
        value = prose.total.convert(programme.unit, vocabulary)
        if draft.table is not None and programme.total is not None and value != programme.total.value:
            yield _describe_difference(draft, prose.total, "", programme.total.value)
        yield from _check_prose_sum(draft, prose.total, vocabulary)
    assigned, own = programme.assigned, programme.total
    if assigned is not None and own is not None and assigned.value > own.value:
        facts = {"value": str(own.value), "expected": str(assigned.value)}
        yield Contradiction(rule="N09", place=_name_place(draft), facts=facts, value=own.value, expected=assigned.value)


def _check_prose_sum(
    draft: ProgrammeDraft, total: ProseFigure, vocabulary: NoticeVocabulary
) -> Iterator[Contradiction]:
    """Compare the total in prose with its parts in prose."""
    prose, unit = draft.prose, total.amount.unit
    if prose is None:
        return
    parts = [part.convert(unit, vocabulary) for part in prose.parts]
    computed = sum((part for part in parts if part is not None), Decimal(0))
    if None not in parts and computed != total.amount.value:
        facts = {**_quote_facts(total), "value": str(total.amount.value), "expected": str(computed)}
        yield Contradiction(
            rule="N08", place=_name_place(draft), facts=facts, value=total.amount.value, expected=computed
        )


def _describe_difference(draft: ProgrammeDraft, figure: ProseFigure, name: str, value: Decimal) -> Contradiction:
    table = draft.table
    row, column = 0, draft.columns.get(TOTAL, 0) + 1
    if table is not None:
        rows = [entry for entry in table.rows if entry.name == name] if name else [table.total_row]
        row = rows[0].number if rows and rows[0] is not None else 0
        row, column = table.get_place(row, column)
    facts = {**_quote_facts(figure), "table_value": str(value), "row": str(row), "column": str(column), "name": name}
    return Contradiction(rule="N07", place=_name_place(draft), facts=facts, value=figure.amount.value, expected=value)


def _quote_facts(figure: ProseFigure) -> dict[str, str]:
    """Return the words of the prose with paragraph and characters, counted from 1 for people."""
    amount = figure.amount
    return {
        "words": f"{figure.name}{amount.value}{amount.unit}",
        "name": figure.name,
        "paragraph": str(figure.paragraph),
        "start": str(amount.start + 1),
        "end": str(amount.end),
    }


def _name_place(draft: ProgrammeDraft) -> str:
    if draft.table is None:
        return draft.programme.name
    return name_table(draft.table)


def check_annex_titles(
    annexes: Iterable[AnnexEntry], tables: Iterable[tuple[str, str]], vocabulary: NoticeVocabulary
) -> Iterator[Contradiction]:
    """Yield each annex that has another title than in the list, or is listed as a table and was not read as one.

    *tables* are pairs of annex and title.
    """
    tables_by_number = {_find_number(annex): (annex, title) for annex, title in tables}
    for entry in annexes:
        annex, title = tables_by_number.get(entry.number, ("", ""))
        if not annex and entry.title.endswith(vocabulary.table_word):
            facts = {"number": entry.number, "listed": entry.title, "paragraph": str(entry.paragraph)}
            yield Contradiction(rule="N20", place="", facts=facts)
        if title and remove_spaces(title) != remove_spaces(entry.title):
            facts = {"number": entry.number, "listed": entry.title, "title": title, "paragraph": str(entry.paragraph)}
            yield Contradiction(rule="N10", place=annex, facts=facts)


def _find_number(annex: str) -> str:
    """Return the number of an annex, such as 2 of 附件2."""
    return annex[_ANNEX_WORD_LENGTH:]


def check_duties(
    document: NoticeDocument, table: DutyTable, place: str, *, body_duties: list[BodyDuty], vocabulary: NoticeVocabulary
) -> Iterator[Contradiction]:
    """Yield who is named in one list of duties and not in the other, and duties in other words."""
    yield from _check_serials(place, [entry.serial for entry in table.entries])
    departments = {entry.department: entry for entry in table.entries}
    listed = {duty.department: duty for duty in body_duties}
    for department, entry in departments.items():
        if listed and department not in listed and not _is_named_otherwise(document, department, vocabulary):
            yield Contradiction(rule="N12", place=place, facts={"department": department, "row": str(entry.row)})
    for department, duty in listed.items():
        if department not in departments:
            facts = {"department": department, "paragraph": str(duty.paragraph)}
            yield Contradiction(rule="N13", place=place, facts=facts)
        else:
            yield from _compare_duties(place, duty, departments[department].duty, departments[department].row)
    for paragraph, name in dict.fromkeys(list_named_departments(document)):
        if name not in departments and name not in listed:
            yield Contradiction(rule="N11", place="", facts={"department": name, "paragraph": str(paragraph)})


def check_departments(place: str, table: DutyTable, roster_units: Sequence[str]) -> Iterator[Contradiction]:
    """Yield each department of the table that no unit on the roster stands for; without a roster there is none.

    A unit may be written with its county and city, a department with 区 or 县 in their place.
    """
    for entry in table.entries if roster_units else ():
        if not any(entry.department[1:] in unit for unit in roster_units):
            facts = {"department": entry.department, "row": str(entry.row)}
            yield Contradiction(rule="N19", place=place, facts=facts)


def _is_named_otherwise(document: NoticeDocument, department: str, vocabulary: NoticeVocabulary) -> bool:
    """Return whether a heading of the body is on these departments: (一)乡镇(街道)工作职责."""
    text = remove_spaces(department).removeprefix(vocabulary.each_word)
    headings = (remove_spaces(paragraph.text) for paragraph in document.paragraphs)
    return any(text in heading and heading.endswith(vocabulary.duty_headings["sections"]) for heading in headings)


def _compare_duties(place: str, duty: BodyDuty, written: str, row: int) -> Iterator[Contradiction]:
    """Yield the clauses of a duty that body and table have in slightly different words."""
    clauses = split_clauses(written)
    for clause in split_clauses(duty.duty):
        if clause in clauses:
            continue
        similar = max(clauses, key=lambda other: SequenceMatcher(None, clause, other).ratio(), default="")
        if SequenceMatcher(None, clause, similar).ratio() >= _ALMOST_EQUAL:
            facts = {
                "department": duty.department,
                "paragraph": str(duty.paragraph),
                "row": str(row),
                "body": clause,
                "table": similar,
            }
            yield Contradiction(rule="N17", place=place, facts=facts)


def _join(texts: Iterable[str]) -> str:
    return "、".join(texts)
