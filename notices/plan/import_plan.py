"""Reads a plan from a notice: the whole of it, with everything that contradicts itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checks.model.finding import Finding, Severity
from contracts.messages import Messages
from contracts.notice_vocabulary import NoticeVocabulary
from notices.content.document import NoticeDocument
from notices.content.text import remove_spaces
from notices.plan.build_programmes import ProgrammeDraft, draft_programmes
from notices.plan.contradictions import (
    Contradiction,
    check_annex_titles,
    check_departments,
    check_duties,
    check_prose,
    check_table,
)
from notices.plan.imported_plan import DutyRow, ImportedPlan
from notices.prose.headings import (
    find_document_number,
    find_issue_date,
    find_title,
    find_years,
    list_annexes,
    name_clause,
)
from notices.prose.prose_lists import find_prose_lists
from notices.tables.duty_table import DutyTable, find_duty_table, list_body_duties
from notices.tables.task_table import TaskTable, find_task_tables, read_lines_before


@dataclass(frozen=True, slots=True)
class PlanImport:
    """The plan that a notice issues, and the findings on it, the gravest first."""

    plan: ImportedPlan
    findings: tuple[Finding, ...]


def import_plan(
    document: NoticeDocument, vocabulary: NoticeVocabulary, messages: Messages, *, roster_units: Sequence[str] = ()
) -> PlanImport:
    """Return what a notice says and what it contradicts itself in; nothing that it does not say is filled in.

    *roster_units* are the units of the officers on the roster; the departments of the notice are compared with them.
    """
    tables = list(find_task_tables(document, vocabulary))
    duty_table = find_duty_table(document, vocabulary)
    title = find_title(document)
    year_columns = [column.year for table in tables for column in table.columns if column.year is not None]
    years = find_years(title, [table.title for table in tables], year_columns)
    drafts = draft_programmes(tables, list(find_prose_lists(document, vocabulary)), years, vocabulary)
    drafts = [_name_draft_clause(document, draft) for draft in drafts]
    contradictions = list(_find_contradictions(document, tables, duty_table, drafts, vocabulary))
    if duty_table is not None:
        place = name_duty_table(document, duty_table, vocabulary)
        contradictions += check_departments(place, duty_table, roster_units)
    if not drafts:
        contradictions.append(Contradiction(rule="N18", place=""))
    plan = ImportedPlan(
        document_number=find_document_number(document),
        title=title,
        issued_on=find_issue_date(document),
        years=years,
        programmes=tuple(draft.programme for draft in drafts),
        duties=tuple(_list_duties(duty_table)),
    )
    findings = [_build_finding(contradiction, vocabulary, messages) for contradiction in contradictions]
    return PlanImport(plan, tuple(sorted(findings, key=lambda finding: finding.severity.rank)))


def _name_draft_clause(document: NoticeDocument, draft: ProgrammeDraft) -> ProgrammeDraft:
    if draft.prose is None:
        return draft
    clause = name_clause(document, draft.prose.parts[0].paragraph)
    return replace(draft, programme=replace(draft.programme, clause=clause))


def _find_contradictions(
    document: NoticeDocument,
    tables: Sequence[TaskTable],
    duty_table: DutyTable | None,
    drafts: Sequence[ProgrammeDraft],
    vocabulary: NoticeVocabulary,
) -> Iterator[Contradiction]:
    for table in tables:
        yield from check_table(table)
    for draft in drafts:
        yield from check_prose(draft, vocabulary)
    titles = [(table.annex, table.title) for table in tables if table.annex]
    if duty_table is not None:
        annex, title, _ = read_lines_before(document, document.tables[duty_table.number - 1], vocabulary)
        titles.append((annex, title))
        yield from check_duties(
            document,
            duty_table,
            name_duty_table(document, duty_table, vocabulary),
            body_duties=list(list_body_duties(document, vocabulary)),
            vocabulary=vocabulary,
        )
    yield from check_annex_titles(list_annexes(document), titles, vocabulary)


def name_duty_table(document: NoticeDocument, table: DutyTable, vocabulary: NoticeVocabulary) -> str:
    """Return how people call the table of duties: its annex, else its title."""
    annex, title, _ = read_lines_before(document, document.tables[table.number - 1], vocabulary)
    return annex or title


def _list_duties(table: DutyTable | None) -> Iterator[DutyRow]:
    for entry in table.entries if table is not None else ():
        yield DutyRow(entry.serial, entry.duty, entry.people, entry.department)


def _build_finding(contradiction: Contradiction, vocabulary: NoticeVocabulary, messages: Messages) -> Finding:
    key = f"notice.finding.{contradiction.rule}"
    value, expected = contradiction.value, contradiction.expected
    place = contradiction.place or messages("notice.body")
    facts = {name: remove_spaces(text) if name == "name" else text for name, text in contradiction.facts.items()}
    return Finding(
        rule=contradiction.rule,
        severity=Severity(vocabulary.rules[contradiction.rule]),
        sheet=place,
        cell=None,
        value=None if value is None else str(value),
        expected=None if expected is None else str(expected),
        difference=None if value is None or expected is None else str(value - expected),
        message=messages(f"{key}.message", place=place, **facts),
        remedy=messages(f"{key}.remedy"),
        basis=messages("notice.basis"),
    )
