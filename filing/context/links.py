"""Where a total leads: from the province's workbook to the city's, to the county's, to the cell of the county's own."""

import re

from contracts.messages import Wording
from filing.context.filing_context import CITY, COUNTY, PROVINCE, CountedCounty, FilingScene
from review.roster import Due

_PLAIN = re.compile(r"[^\\/:?*\[\]\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_UP = {PROVINCE: "", CITY: "../"}


def province_file(code: str, year: int) -> str:
    """Return where the province's workbook lies in the folder of filings."""
    return f"{code}-{year}-年度核算备案.xlsx"


def city_file(code: str, year: int) -> str:
    """Return where a city's workbook lies in the folder of filings."""
    return f"{code}/{code}-{year}-年度复核汇总.xlsx"


def county_file(code: str, year: int) -> str:
    """Return where a county's workbook lies in the folder of filings."""
    return f"{code}/{code}-{year}-年度备案件.xlsx"


def own_copy(code: str, year: int, version: int, name: str) -> str:
    """Return where the copy of a county's own file, received under *name*, lies in the folder of filings."""
    kind = "xlsm" if name.lower().endswith(".xlsm") else "xlsx"
    return f"{code}/{code}-{year}-第{version}版-报送原件.{kind}"


def quote_sheet(name: str) -> str:
    """Return a sheet's name as a formula or a link writes it."""
    return "'" + name.replace("'", "''") + "'"


def filing_of(scene: FilingScene, county: CountedCounty, words: Wording) -> str | None:
    """Return the link from this filing to the workbook of one of its counties; there is none before it is filed."""
    if county.standing.state not in scene.procedure.final:
        return None
    return (
        f"{_up(scene)}{county_file(county.due.code, scene.roster.year)}#{quote_sheet(words('filing.sheet.detail'))}!A1"
    )


def review_of(scene: FilingScene, due: Due, words: Wording) -> str:
    """Return the link from this filing to the workbook of a city."""
    return f"{_up(scene)}{city_file(due.city, scene.roster.year)}#{quote_sheet(words('filing.sheet.rollup'))}!A1"


def own_file(scene: FilingScene, county: CountedCounty, sheet: str, cell: str) -> str | None:
    """Return the link from this filing to a cell of a county's own file, or to the file where a link cannot name it."""
    if not county.own:
        return None
    place = f"#{quote_sheet(sheet)}!{cell}" if _PLAIN.fullmatch(sheet) and cell else ""
    above = "" if scene.whose.kind == COUNTY else f"{_up(scene)}{county.due.code}/"
    return f"{above}{county.own.rsplit('/', 1)[-1]}{place}"


def _up(scene: FilingScene) -> str:
    return _UP.get(scene.whose.kind, "../")
