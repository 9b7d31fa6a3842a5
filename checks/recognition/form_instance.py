"""The input of a check: one form of one submission with its contract, as recognised in a workbook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from checks.model.filing_history import FilingHistory
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.cover import Cover
from checks.recognition.locate_tables import SheetCandidates, TableLocation, TableSearchResult, locate_tables
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


@dataclass(slots=True)
class KnownTables:
    """The tables of one workbook and of its supposed corrections; a table is built once for each sheet that it is on.

    All of them are of one submission.
    """

    sheet_candidates: SheetCandidates = field(default_factory=SheetCandidates)
    _built: list[tuple[TableLocation, Table]] = field(default_factory=list)

    def build(self, location: TableLocation, county: County | None) -> Table:
        """Return the table at a location."""
        for known_location, known_table in self._built:
            if known_location is location:
                return known_table
        table = build_table(location, county)
        self._built.append((location, table))
        return table


def recognise_forms(
    book: RawWorkbook,
    cover: Cover,
    submission: Submission,
    history: FilingHistory | None = None,
    known_tables: KnownTables | None = None,
) -> tuple[FormUnderCheck, ...]:
    """Find the table of each form of a submission and read it into frames.

    *known_tables* are those of the same workbook before a correction: sheets without one are not read again.
    """
    known_tables = known_tables or KnownTables()
    searches = locate_tables(submission.table_forms, book, known_tables.sheet_candidates)
    county = submission.register.counties.get(submission.package.county)
    tables = _build_tables(searches, county, known_tables)
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


def _build_tables(
    searches: Mapping[str, TableSearchResult], county: County | None, known_tables: KnownTables
) -> dict[str, Table]:
    """Return, by form name, the tables that have all required headings exactly once."""
    tables: dict[str, Table] = {}
    for name, search in searches.items():
        location = search.location
        if location and not location.missing_fields and not location.duplicate_columns:
            tables[name] = known_tables.build(location, county)
    return tables
