"""Titles, office and report text that name another year or county than the cover. (phase: across tables)"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import RawSheet
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.agreement.place_names import find_leading_division, find_other_divisions, find_years
from checks.rules.violation_builder import join_names
from contracts.form_model import Rule


@dataclass(frozen=True, slots=True)
class TitleCell:
    """A cell above a table or the cover's entries; *has_year* is true if the contract's title names the year."""

    cell: CellRef
    text: str
    has_year: bool


def check_titles_agree(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report titles of another year, titles and the office of another county, and report text of either.

    Each kind is one violation with all its cells.
    """
    titles = [*_list_cover_titles(subject), *_list_table_titles(subject)]
    generic_words = tuple(rule.arguments["generic"])
    mentions: defaultdict[str, list[tuple[CellRef, str]]] = defaultdict(list)
    for title in titles:
        years = find_years(title.text) if title.has_year else []
        if years and subject.submission.year not in years:
            mentions["year"].append((title.cell, str(years[0])))
        for name in _find_divisions(title.text, subject, generic_words):
            mentions["county"].append((title.cell, name))
    for entry in subject.cover.entries.get(rule.arguments["office"], ()):
        for name in _find_divisions(entry.text, subject, generic_words, is_title=False):
            mentions["office"].append((entry.cell, name))
    for cell, text in _list_report_texts(subject):
        years = find_years(text, rule.arguments["comparisons"])
        if years and subject.submission.year not in find_years(text):
            mentions["text_year"].append((cell, str(years[0])))
        for name in find_other_divisions(text, subject):
            mentions["text_county"].append((cell, name))
    for variant, places in mentions.items():
        yield _build_violation(subject, rule, variant, places)


def _find_divisions(
    text: str, subject: FormUnderCheck, generic_words: Sequence[str], *, is_title: bool = True
) -> list[str]:
    names = find_other_divisions(text, subject)
    leading = find_leading_division(text, subject, generic_words, is_title=is_title)
    return [*names, *filter(None, [leading])][:1]


def _list_cover_titles(subject: FormUnderCheck) -> Iterator[TitleCell]:
    """Yield the cells above the first entry of the cover."""
    rows = [entry.label_cell.row for entries in subject.cover.entries.values() for entry in entries]
    sheet = _get_sheet(subject, subject.cover.sheet)
    if rows and sheet is not None:
        yield from _list_title_cells(sheet, range(1, min(rows)), has_year=True)


def _list_table_titles(subject: FormUnderCheck) -> Iterator[TitleCell]:
    """Yield the cells above each table, down from the end of the table above it on the same sheet."""
    year = str(subject.submission.year)
    for table in subject.tables.values():
        sheet = _get_sheet(subject, table.sheet)
        if sheet is not None:
            first_row = _find_last_row_above(table, subject) + 1
            rows = range(first_row, table.header_row)
            yield from _list_title_cells(sheet, rows, has_year=year in table.form.title)


def _find_last_row_above(table: Table, subject: FormUnderCheck) -> int:
    last_rows = [0]
    for other in subject.tables.values():
        if other.sheet == table.sheet and other.header_row < table.header_row:
            last_rows += [other.header_row, *other.body[ROW].tail(1), *other.totals[ROW].tail(1)]
    return max(last_rows)


def _get_sheet(subject: FormUnderCheck, name: str) -> RawSheet | None:
    return next((sheet for sheet in subject.book.sheets if sheet.name == name), None)


def _list_title_cells(sheet: RawSheet, rows: range, *, has_year: bool) -> Iterator[TitleCell]:
    for row, texts in zip(rows, sheet.text.slice(rows.start - 1, len(rows)).iter_rows(), strict=False):
        for column, text in enumerate(texts, start=1):
            if text and text.strip():
                yield TitleCell(CellRef.from_position(sheet.name, row, column), text, has_year)


def _list_report_texts(subject: FormUnderCheck) -> Iterator[tuple[CellRef, str]]:
    """Yield the paragraphs of each report."""
    for table in subject.tables.values():
        rule = next((rule for rule in table.form.rules if rule.check == "text_figures"), None)
        if rule is not None and table.form.paragraphs:
            column = rule.arguments["column"]
            for row, text in table.body.select(ROW, column).drop_nulls().rows():
                yield table.get_cell_ref(column, row), text


def _build_violation(
    subject: FormUnderCheck, rule: Rule, variant: str, places: Sequence[tuple[CellRef, str]]
) -> Violation:
    cells = tuple(dict.fromkeys(cell for cell, _ in places))
    names = join_names(list(dict.fromkeys(name for _, name in places)))
    year_entry = next(iter(subject.cover.entries.get("year", ())), None)
    county = subject.county
    facts = {
        "names": names,
        "places": join_names([f"{cell.sheet}!{cell.address}" for cell in cells]),
        "year": str(subject.submission.year),
        "county": county.name if county else "",
        "cover": f"{year_entry.cell.sheet}!{year_entry.cell.address}" if year_entry else subject.cover.sheet,
        "cell": cells[0].address,
    }
    return Violation(
        rule=rule, sheet=cells[0].sheet, cell=cells[0], cells=cells, variant=variant, facts=facts, value=names
    )
