"""Check one workbook against its contract, phase by phase; a phase that cannot run says so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from checks.diagnosis.area_units import Slip
from checks.diagnosis.blank_total_row import totals_asked_for
from checks.diagnosis.broken_sums import broken_sums, not_blurred, rounding_remarks, unheld
from checks.diagnosis.evaluation import Verdict
from checks.diagnosis.finding_grouping import at_fault, blamed, by_row, is_silent, settled, unknown_groups, worded
from checks.diagnosis.hypotheses import guesses
from checks.diagnosis.hypothesis_testing import told_once
from checks.diagnosis.missing_rows import rows_explain
from checks.diagnosis.misspelt_township import names_joined
from checks.diagnosis.serial_numbers import treated
from checks.diagnosis.wrong_unit_columns import SUSPECT, resting_on, told, unit_slips
from checks.model.cell_ref import CellRef, format_address
from checks.model.filing_history import History
from checks.model.finding import Finding, Refusal
from checks.model.raw_workbook import RawBook
from checks.model.refusal import refuse
from checks.model.report import Report
from checks.model.submission_identity import Identity
from checks.model.violation import NotRun, Offence
from checks.recognition.cover import Cover, identify, read_cover
from checks.recognition.form_instance import Subject
from checks.recognition.locate_tables import Search, locate
from checks.recognition.table import ROW, Table, build_table
from checks.reporting.finding_messages import findings_of
from checks.reporting.reported_figures import carried_figures
from checks.rules.cross_year_rules import claimed_plots
from checks.rules.pandera_validation import row_offenders
from checks.rules.registry import FORM_CHECKS, ROW_CHECKS, SUM_CHECKS
from checks.rules.required_arguments import refuse_unknown
from checks.rules.sum_rules import Stated, values_of
from checks.versions.explanations import explain
from checks.versions.returned_sheets import said_in, submitted
from checks.versions.row_identity import spotted
from contracts.contract_library import Library, Submission
from contracts.form_model import Layout, Phase, Rule
from contracts.messages import Wording

_NOWHERE = Search(None, (), None)


def check_book(
    book: RawBook,
    library: Library,
    words: Wording,
    *,
    expected: tuple[str, int] | None = None,
    history: History | None = None,
) -> Report | Refusal:
    """Return what is wrong with a workbook, or why it cannot be attributed to a county and year.

    *expected* is the county code and the year in whose folder the file lies; one of another is refused there.
    *history* is what is on file of other years and counties; without it the rules across years say that they did not
    run.
    """
    form, said = library.cover(), said_in(book, words)
    book = submitted(book, words)
    cover = read_cover(book, form)
    identity = identify(cover, form, words)
    if isinstance(identity, Refusal) or cover is None:
        return identity  # type: ignore[return-value]  # without a cover identify always refuses
    misplaced = _misplaced(identity, cover, words, expected)
    if misplaced is not None:
        return misplaced
    package = library.package(identity.county, identity.year)
    if package is None:
        return _no_package(identity, cover, library, words)
    submission = library.submission(package, identity.year)
    subjects = subjects_of(book, cover, submission, history)
    crowded = _crowded(subjects, words)
    if crowded is not None:
        return crowded
    verdict = _slips_told_once(verdict_on(subjects), book, cover, submission, history)
    found = spotted(findings_of(verdict.offences, words), verdict.tables, cover, form.name)
    report = _report(identity, library.version(), verdict, found)
    return explain(report, said, library.returning(), words)


def _report(identity: Identity, contracts: str, verdict: Verdict, findings: tuple[Finding, ...]) -> Report:
    return Report(
        identity=identity,
        contracts=contracts,
        findings=findings,
        not_run=verdict.not_run,
        figures=tuple(carried_figures(verdict.tables, verdict.values)),
        plots=claimed_plots(verdict.tables),
    )


def _slips_told_once(
    verdict: Verdict, book: RawBook, cover: Cover, submission: Submission, history: History | None
) -> Verdict:
    """Tell what one slip explains in one place; only where something is wrong is anything supposed."""
    if not verdict.offences:
        return verdict
    county = submission.register.counties.get(submission.package.county)
    return told_once(
        book,
        verdict,
        lambda seen, found: guesses(seen, found, county),
        lambda seen: verdict_on(subjects_of(seen, cover, submission, history)),
    )


def judge(book: RawBook, cover: Cover, submission: Submission, history: History | None = None) -> Verdict:
    """Run every rule in force on every form of the submission."""
    return verdict_on(subjects_of(book, cover, submission, history))


def verdict_on(subjects: Sequence[Subject]) -> Verdict:
    """Run every rule on forms whose tables have been taken."""
    for subject in subjects:
        refuse_unknown(subject.form)
    said = [one for subject in subjects for one in _form_results(subject)]
    asked = totals_asked_for(_tables(subjects), settled(one for one in said if isinstance(one, Offence)))
    formwise = names_joined(list(_tables(subjects)), asked, next((one.county for one in subjects), None))
    sums, not_run = _sums(subjects, formwise)
    # A figure that cannot stand as it is silences the sums over it: one cause, one finding.
    condemned = {one.cell for one in formwise if one.rule.check == "not_negative"}
    known = ((cell, amount) for one in _tables(subjects) for cell, amount in values_of(one).items())
    values = {cell: amount for cell, amount in known if cell not in condemned}
    sums = not_blurred(sums, formwise, values)
    wrong = unheld(sums, values)  # hardly ever any: all that follows is for those
    slips = _slips(subjects, formwise, wrong, values)
    if slips:
        heads, left = told(slips, formwise)
        formwise, cells = [*left, *heads], frozenset(cell for one in slips for cell in one.cells)
        sums = [one for one in sums if not resting_on(one, slips, cells)]
    formulas = [CellRef(one.sheet, at) for one in _tables(subjects) for at in one.formulas]
    tables = list(_tables(subjects))
    broken, apart = _balanced(tables, formwise, sums, values, formulas) if wrong else ([], formwise)
    return Verdict(
        offences=(*apart, *broken, *rounding_remarks(sums, values)),
        not_run=(*(one for one in said if isinstance(one, NotRun)), *not_run, *_without_table(subjects)),
        tables=tuple(_tables(subjects)),
        values=values,
        sums=tuple(sums),
    )


def _slips(
    subjects: Sequence[Subject],
    offences: Sequence[Offence],
    broken: Sequence[Stated],
    values: Mapping[CellRef, Decimal],
) -> list[Slip]:
    """Return the columns that are given in another unit; sums that other offences silence have their say on that."""
    suspect = broken or any(one.rule.check in SUSPECT for one in offences)
    every = _sums(subjects, ())[0] if suspect else []
    return unit_slips(list(_tables(subjects)), offences, unheld(every, values), values) if suspect else []


def _balanced(
    tables: Sequence[Table],
    offences: Sequence[Offence],
    sums: Sequence[Stated],
    values: Mapping[CellRef, Decimal],
    formulas: Sequence[CellRef],
) -> tuple[list[Offence], list[Offence]]:
    """Return what is broken, and what stands by itself; what a single row explains is told with that row."""
    causes = rows_explain(tables, offences, sums, values)
    told = {id(one) for cause in causes for one in (*cause.sums, *cause.offences)}
    left = [one for one in sums if id(one) not in told]
    apart = [one for one in offences if id(one) not in told]
    return blamed([*(one.head for one in causes), *by_row(broken_sums(left, values, formulas))], apart)


def subjects_of(
    book: RawBook, cover: Cover, submission: Submission, history: History | None = None
) -> tuple[Subject, ...]:
    """Find the table of each form and take it into frames."""
    forms = [form for form in submission.forms if form.layout is Layout.TABLE]
    searches: Mapping[str, Search] = locate(forms, book)
    county = submission.register.counties.get(submission.package.county)
    tables: dict[str, Table] = {}
    for name, search in searches.items():
        if search.located and not search.located.missing and not search.located.doubled:
            tables[name] = build_table(search.located, county)
    return tuple(
        Subject(
            form=form,
            submission=submission,
            cover=cover,
            search=searches.get(form.name, _NOWHERE),
            book=book,
            county=county,
            table=tables.get(form.name),
            tables=tables,
            history=history,
        )
        for form in submission.forms
    )


def _form_results(subject: Subject) -> Iterator[Offence | NotRun]:
    most, height = subject.form.most_worded, subject.table.body.height if subject.table else 0
    for rule in subject.form.rules:
        if rule.check in FORM_CHECKS:
            found = list(FORM_CHECKS[rule.check](subject, rule))
            yield from (one for one in found if isinstance(one, NotRun))
            yield from worded((one for one in found if not isinstance(one, NotRun)), most, height)
    rows = [rule for rule in subject.form.rules if rule.check in ROW_CHECKS]
    if subject.table is not None:
        yield from treated(subject.table, worded(row_offenders(subject.table, rows), most, height))


def _sums(subjects: Iterable[Subject], offences: Sequence[Offence]) -> tuple[list[Stated], list[NotRun]]:
    """Collect what must add up; what is missing or wrong in a row is told once, not again by each of its sums."""
    short = {one.sheet for one in offences if one.case == "missing" and one.rule.check == "townships_as_planned"}
    spoilt = {one.form.name: at_fault(one, offences) for one in _tables(subjects) if one.form.detail}
    # A mistaken unit breaks every sum over those plots: it is told once.
    mistaken = {one.rule.arguments["detail"] for one in offences if one.rule.check == "unit_plausible"}
    spoilt |= {form: unknown_groups(form) for form in mistaken}
    said = [one for subject in subjects for rule in subject.form.rules for one in _stated(subject, rule, short)]
    stated = [one for one in said if isinstance(one, Stated)]
    silent = {(one.rule.id, one.table.form.title) for one in stated if is_silent(one, spoilt)}
    not_run = [NotRun(rule, title, "rows_at_fault") for rule, title in sorted(silent)]
    return [one for one in stated if not is_silent(one, spoilt)], [
        *(one for one in said if isinstance(one, NotRun)),
        *not_run,
    ]


def _stated(subject: Subject, rule: Rule, short: set[str]) -> Iterator[Stated | NotRun]:
    if rule.check not in SUM_CHECKS or subject.table is None:
        return
    if rule.check == "column_total" and subject.table.sheet in short:
        yield NotRun(rule.id, subject.form.title, "township_missing")
        return
    yield from SUM_CHECKS[rule.check](subject, subject.table, rule)


def _without_table(subjects: Iterable[Subject]) -> Iterator[NotRun]:
    for subject in subjects:
        if subject.form.layout is Layout.TABLE and subject.table is None:
            for rule in subject.form.rules:
                if rule.phase.rank > Phase.RECOGNISED.rank:
                    yield NotRun(rule.id, subject.form.title, "not_recognised")


def _tables(subjects: Iterable[Subject]) -> Iterator[Table]:
    return (subject.table for subject in subjects if subject.table is not None)


def _misplaced(identity: Identity, cover: Cover, words: Wording, expected: tuple[str, int] | None) -> Refusal | None:
    county, year = expected or (identity.county, identity.year)
    place = {"sheet": cover.sheet}
    if identity.county != county:
        cell = _cell(cover, "county_code")
        return refuse(words, "wrong_county", **place, cell=cell, value=identity.county, expected=county)
    if identity.year != year:
        cell = _cell(cover, "year")
        return refuse(words, "wrong_year", **place, cell=cell, value=str(identity.year), expected=str(year))
    return None


def _crowded(subjects: Sequence[Subject], words: Wording) -> Refusal | None:
    """Refuse a table of townships that is thousands of rows long: what lies there is no such table."""
    for table in _tables(subjects):
        most = table.form.most_rows
        if most and table.raw.height > most:
            facts = {"form": table.form.title, "count": str(table.raw.height), "most": str(most)}
            cell = format_address(table.raw[ROW][most], min(table.columns.values()))
            return refuse(words, "too_many_rows", sheet=table.sheet, cell=cell, **facts)
    return None


def _no_package(identity: Identity, cover: Cover, library: Library, words: Wording) -> Refusal:
    """Point at the year where the county is known in other years, else at the county code."""
    known = any(one.county == identity.county for one in library.packages())
    cell = _cell(cover, "year" if known else "county_code")
    facts = {"county": identity.county, "year": str(identity.year)}
    return refuse(words, "no_contract", sheet=cover.sheet, cell=cell, **facts)


def _cell(cover: Cover, name: str) -> str:
    return cover.entries[name][0].cell.address
