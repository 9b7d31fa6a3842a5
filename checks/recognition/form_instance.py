"""What a check may look at: one form of one submission, and the contract behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.model.filing_history import FilingHistory
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.cover import Cover
from checks.recognition.locate_tables import TableSearchResult
from checks.recognition.table import Table
from contracts.contract_library import Submission
from contracts.form_model import Form
from contracts.registers import County


@dataclass(frozen=True, slots=True, kw_only=True)
class FormUnderCheck:
    """One form as found in the workbook. *table* is set once the form is recognised with all its headings."""

    form: Form
    submission: Submission
    cover: Cover
    search: TableSearchResult
    book: RawWorkbook
    county: County | None
    table: Table | None = None
    tables: Mapping[str, Table]
    history: FilingHistory | None = None
