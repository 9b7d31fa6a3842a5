"""Where a total leads: from the province's workbook to the city's, to the county's, to the cell of the county's own."""

import re

from contracts.messages import Messages
from filing.context.filing_context import CITY, COUNTY, PROVINCE, FilingContext, IncludedCounty
from review.roster import DueCounty

_LINKABLE_SHEET_NAME = re.compile(r"[^\\/:?*\[\]\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_PARENT_PREFIXES = {PROVINCE: "", CITY: "../"}


def build_province_workbook_path(code: str, year: int) -> str:
    """Return where the province's workbook lies in the folder of filings."""
    return f"{code}-{year}-年度核算备案.xlsx"


def build_city_workbook_path(code: str, year: int) -> str:
    """Return where a city's workbook lies in the folder of filings."""
    return f"{code}/{code}-{year}-年度复核汇总.xlsx"


def build_county_workbook_path(code: str, year: int) -> str:
    """Return where a county's workbook lies in the folder of filings."""
    return f"{code}/{code}-{year}-年度备案件.xlsx"


def build_source_copy_path(code: str, year: int, version: int, name: str) -> str:
    """Return where the copy of a county's own file, received under *name*, lies in the folder of filings."""
    kind = "xlsm" if name.lower().endswith(".xlsm") else "xlsx"
    return f"{code}/{code}-{year}-第{version}版-报送原件.{kind}"


def quote_sheet(name: str) -> str:
    """Return a sheet's name as a formula or a link writes it."""
    return "'" + name.replace("'", "''") + "'"


def build_county_filing_link(context: FilingContext, county: IncludedCounty, messages: Messages) -> str | None:
    """Return the link from this filing to the workbook of one of its counties; there is none before it is filed."""
    if county.county_state.state not in context.procedure.final_states:
        return None
    return f"{_get_parent_prefix(context)}{build_county_workbook_path(county.due_county.code, context.roster.year)}#{quote_sheet(messages('filing.sheet.detail'))}!A1"


def build_city_filing_link(context: FilingContext, due_county: DueCounty, messages: Messages) -> str:
    """Return the link from this filing to the workbook of a city."""
    return f"{_get_parent_prefix(context)}{build_city_workbook_path(due_county.city, context.roster.year)}#{quote_sheet(messages('filing.sheet.rollup'))}!A1"


def build_source_cell_link(context: FilingContext, county: IncludedCounty, sheet: str, cell: str) -> str | None:
    """Return the link from this filing to a cell of a county's own file, or to the file where a link cannot name it."""
    if not county.source_file:
        return None
    place = f"#{quote_sheet(sheet)}!{cell}" if _LINKABLE_SHEET_NAME.fullmatch(sheet) and cell else ""
    above = "" if context.owner.kind == COUNTY else f"{_get_parent_prefix(context)}{county.due_county.code}/"
    return f"{above}{county.source_file.rsplit('/', 1)[-1]}{place}"


def _get_parent_prefix(context: FilingContext) -> str:
    return _PARENT_PREFIXES.get(context.owner.kind, "../")
