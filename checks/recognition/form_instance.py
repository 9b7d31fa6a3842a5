"""The input of a check: one form of one submission with its contract, as recognised in a workbook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.model.filing_history import FilingHistory
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.cover import Cover
from checks.recognition.locate_tables import TableSearchResult, locate_tables
from checks.recognition.table import Table, build_table
from contracts.contract_library import Submission
from contracts.form_model import Form
from contracts.registers import County

_NO_TABLE_FOUND = TableSearchResult(None, (), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormUnderCheck:
    """One form as found in the workbook.

    *table* is None unless the form was recognised with all its headings. *tables* are those of the other forms as
    well, by form name. *county* is None if the register does not know it, *history* if nothing on file was loaded.
    """

    form: Form
    submission: Submission
    cover: Cover
    search: TableSearchResult
    book: RawWorkbook
    county: County | None
    table: Table | None = None
    tables: Mapping[str, Table]
    history: FilingHistory | None = None


def list_tables(subjects: Iterable[FormUnderCheck]) -> list[Table]:
    """Return the tables of the recognised forms, in the order of the forms."""
    return [subject.table for subject in subjects if subject.table is not None]


def recognise_forms(
    book: RawWorkbook, cover: Cover, submission: Submission, history: FilingHistory | None = None
) -> tuple[FormUnderCheck, ...]:
    """Find the table of each form of a submission and read it into frames."""
    table_forms = submission.table_forms
    searches = locate_tables(table_forms, book)
    county = submission.register.counties.get(submission.package.county)
    tables = _build_tables(searches, county)
    return tuple(
        FormUnderCheck(
            form=form,
            submission=submission,
            cover=cover,
            search=searches.get(form.name, _NO_TABLE_FOUND),
            book=book,
            county=county,
            table=tables.get(form.name),
            tables=tables,
            history=history,
        )
        for form in submission.forms
    )


def _build_tables(searches: Mapping[str, TableSearchResult], county: County | None) -> dict[str, Table]:
    """Return, by form name, the tables that have all required headings exactly once."""
    tables: dict[str, Table] = {}
    for name, search in searches.items():
        location = search.location
        if location and not location.missing_fields and not location.duplicate_columns:
            tables[name] = build_table(location, county)
    return tables
