"""Links down the levels: from the province's workbook to the city's, to the county's, to a cell of the county's file.

All paths are relative to the folder of filings; all links are relative to the workbook that has them.
"""

import re

from contracts.messages import Messages
from filing.context.filing_context import CITY, COUNTY, PROVINCE, FilingContext, IncludedCounty
from review.roster import DueCounty

_LINKABLE_SHEET_NAME = re.compile(r"[^\\/:?*\[\]\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_SOURCE_EXTENSIONS = frozenset({"xlsx", "xlsm", "xls", "et", "ods", "csv"})
_PARENT_PREFIXES = {PROVINCE: "", CITY: "../"}


def build_province_workbook_path(code: str, year: int) -> str:
    """Return the path of the province's workbook in the folder of filings."""
    return f"{code}-{year}-年度核算备案.xlsx"


def build_city_workbook_path(code: str, year: int) -> str:
    """Return the path of a city's workbook in the folder of filings."""
    return f"{code}/{code}-{year}-年度复核汇总.xlsx"


def build_county_workbook_path(code: str, year: int) -> str:
    """Return the path of a county's workbook in the folder of filings."""
    return f"{code}/{code}-{year}-年度备案件.xlsx"


def build_source_copy_path(code: str, year: int, version: int, name: str) -> str:
    """Return the path, in the folder of filings, of the copy of a county's own file that was received as *name*."""
    return f"{code}/{code}-{year}-第{version}版-报送原件.{get_source_extension(name)}"


def get_source_extension(name: str) -> str:
    """Return the extension under which a file received as *name* is kept: its own if a spreadsheet program knows it."""
    extension = name.lower().rpartition(".")[2]
    if extension in _SOURCE_EXTENSIONS:
        return extension
    return "xlsx"


def build_ended_path(path: str, filing_number: int, mark: str) -> str:
    """Return the path of a workbook of an ended filing: beside the one in force, with its number and the mark."""
    stem, _, extension = path.rpartition(".")
    return f"{stem}-第{filing_number}次备案（{mark}）.{extension}"


def quote_sheet(name: str) -> str:
    """Return a sheet's name in quotes, as formulas and links write it."""
    return "'" + name.replace("'", "''") + "'"


def build_county_filing_link(context: FilingContext, county: IncludedCounty, messages: Messages) -> str | None:
    """Return the link from this filing to a county's workbook, or None if the county is not filed."""
    if county.county_state.state not in context.procedure.final_states:
        return None
    path = build_county_workbook_path(county.due_county.code, context.roster.year)
    sheet = quote_sheet(messages("filing.sheet.detail"))
    return f"{_get_parent_prefix(context)}{path}#{sheet}!A1"


def build_city_filing_link(context: FilingContext, due_county: DueCounty, messages: Messages) -> str:
    """Return the link from this filing to the workbook of a county's city."""
    path = build_city_workbook_path(due_county.city, context.roster.year)
    sheet = quote_sheet(messages("filing.sheet.rollup"))
    return f"{_get_parent_prefix(context)}{path}#{sheet}!A1"


def build_source_cell_link(context: FilingContext, county: IncludedCounty, sheet: str, cell: str) -> str | None:
    """Return the link from this filing to a cell of a county's own file.

    Link to the file as a whole if a link cannot name the cell; return None if there is no copy of the file.
    """
    if not county.source_file:
        return None
    folder = ""
    if context.owner.kind != COUNTY:
        folder = f"{_get_parent_prefix(context)}{county.due_county.code}/"
    fragment = ""
    if _LINKABLE_SHEET_NAME.fullmatch(sheet) and cell:
        fragment = f"#{quote_sheet(sheet)}!{cell}"
    return f"{folder}{county.source_file.rsplit('/', 1)[-1]}{fragment}"


def _get_parent_prefix(context: FilingContext) -> str:
    return _PARENT_PREFIXES.get(context.owner.kind, "../")
