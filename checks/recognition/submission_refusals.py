"""Refusals of a whole submission: wrong folder, no contract, or a table that is far too long."""

from collections.abc import Iterable

from checks.model.cell_ref import format_address
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawWorkbook
from checks.model.refusal import create_refusal
from checks.model.submission_identity import SubmissionIdentity
from checks.recognition.column_names import ROW
from checks.recognition.cover import Cover
from checks.recognition.locate_tables import locate_tables
from checks.recognition.table import Table
from contracts.contract_library import ContractLibrary
from contracts.form_model import Form, Layout
from contracts.messages import Messages


def refuse_wrong_folder(
    identity: SubmissionIdentity, cover: Cover, messages: Messages, expected: tuple[str, int] | None
) -> Refusal | None:
    """Return a refusal unless the cover names the expected county and year, or none are expected."""
    county, year = expected or (identity.county, identity.year)
    if identity.county != county:
        cell = _get_cover_cell(cover, "county_code")
        facts = {"value": identity.county, "expected": county}
        return create_refusal(messages, "wrong_county", sheet=cover.sheet, cell=cell, **facts)
    if identity.year != year:
        cell = _get_cover_cell(cover, "year")
        facts = {"value": str(identity.year), "expected": str(year)}
        return create_refusal(messages, "wrong_year", sheet=cover.sheet, cell=cell, **facts)
    return None


def refuse_oversized_tables(tables: Iterable[Table], messages: Messages) -> Refusal | None:
    """Return a refusal if a table has more rows than its form allows: thousands of townships cannot be right."""
    for table in tables:
        max_rows = table.form.max_rows
        if max_rows and table.raw.height > max_rows:
            facts = {"form": table.form.title, "count": str(table.raw.height), "most": str(max_rows)}
            cell = format_address(table.raw[ROW][max_rows], min(table.columns.values()))
            return create_refusal(messages, "too_many_rows", sheet=table.sheet, cell=cell, **facts)
    return None


def refuse_missing_contract(
    identity: SubmissionIdentity, cover: Cover, library: ContractLibrary, messages: Messages
) -> Refusal:
    """Return a refusal for want of a contract.

    It points at the year if there is a contract for the county in other years, else at the county code.
    """
    field_name = "county_code"
    if any(package.county == identity.county for package in library.list_packages()):
        field_name = "year"
    cell = _get_cover_cell(cover, field_name)
    facts = {"county": identity.county, "year": str(identity.year)}
    return create_refusal(messages, "no_contract", sheet=cover.sheet, cell=cell, **facts)


def refuse_single_table(
    book: RawWorkbook, forms: Iterable[Form], cover_form: Form, messages: Messages, *, is_known_county: bool
) -> Refusal:
    """Return the refusal of a file that holds one table and no cover: it names that table, and what is missing.

    *forms* are those that the county has to submit, or those of all counties unless *is_known_county*.
    """
    table_forms = [form for form in forms if form.layout is Layout.TABLE]
    searches = locate_tables(table_forms, book)
    found_titles = [form.title for form in table_forms if form.name in searches and searches[form.name].location]
    missing_text = messages("refusal_part.other_tables", cover=cover_form.sheet_names[0])
    if is_known_county:
        missing_titles = [form.title for form in table_forms if form.title not in found_titles]
        missing_text = _join_titles([cover_form.title, *missing_titles])
    if not found_titles:
        return create_refusal(messages, "single_table_unknown", missing=missing_text)
    return create_refusal(messages, "single_table", forms=_join_titles(found_titles), missing=missing_text)


def _join_titles(titles: Iterable[str]) -> str:
    return "、".join(f"《{title}》" for title in dict.fromkeys(titles))


def _get_cover_cell(cover: Cover, field_name: str) -> str:
    return cover.entries[field_name][0].cell.address
