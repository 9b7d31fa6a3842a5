"""The filing workbooks of a province, a city and a county: their sheets as values, from what ledger and checks hold."""

from collections.abc import Mapping

from contracts.messages import Wording
from filing.book.cell_builders import clean
from filing.book.table_numbers import number_of, numbered
from filing.book.workbook_model import FilingBook, Sheet
from filing.context.accounts import Accounts, read_accounts
from filing.context.filing_context import FilingScene
from filing.context.rollup_evidence import evidence_sheet
from filing.documents.city_opinion import city_opinion_of
from filing.documents.county_documents import opinion_of, receipt_of, report_of
from filing.sheets.charts import charts_of
from filing.sheets.cover import cover_of, title_of
from filing.sheets.data_sources import trace_of
from filing.sheets.decisions_and_versions import open_of, opinions_of, versions_of
from filing.sheets.findings_list import issues_of
from filing.sheets.indicators import indicator_sheets
from filing.sheets.plan_comparison import closing_of
from filing.sheets.ratios import ratios_of
from filing.sheets.register import register_of
from filing.sheets.rollup import rollup_of
from filing.sheets.targets import tasks_of
from filing.sheets.township_detail import Detail, detail_of
from filing.sheets.waivers_and_reductions import allowances_of

EDITION = "6"  # what the workbooks show: another number makes every filing anew


def province_book(scene: FilingScene, words: Wording) -> FilingBook:
    """Return the filing: its cover, its figures, the record behind them and, if any, who is missing."""
    accounts = read_accounts(scene, words)
    return _book(scene, _of_counties(scene, accounts, words), words)


def city_book(scene: FilingScene, words: Wording) -> FilingBook:
    """Return a city's filing, of a scene within the city: its opinion to sign, then sheets like the province's."""
    accounts = read_accounts(scene, words)
    sheets = {"city_opinion": city_opinion_of(scene, accounts, words), **_of_counties(scene, accounts, words)}
    return _book(scene, sheets, words)


def county_book(scene: FilingScene, words: Wording) -> FilingBook:
    """Return a county's filing, of a scene within the county: documents to sign first, then figures and record."""
    accounts = read_accounts(scene, words)
    county, detail = scene.in_order[0], detail_of(scene, accounts, words)
    sheets = {
        "report": report_of(scene, county, accounts, words),
        "opinion": opinion_of(scene, county, accounts, words),
        "register": register_of(scene, accounts, words),
        **_figures_and_record(scene, accounts, detail, words),
        "trace": trace_of(scene, county, words),
        **charts_of(scene, accounts, detail, words),
    }
    return _book(scene, sheets, words)


def receipt_book(scene: FilingScene, words: Wording) -> FilingBook:
    """Return the receipt of one county, of a scene within it."""
    sheet = receipt_of(scene, scene.in_order[0], read_accounts(scene, words), words)
    year = words("filing.year", year=scene.roster.year)
    title = words("filing.document.receipt", county=scene.whose.name, year=scene.roster.year)
    return FilingBook(title=clean(title), subject=year, created=scene.as_of, sheets=(sheet,))


def _of_counties(scene: FilingScene, accounts: Accounts, words: Wording) -> dict[str, Sheet]:
    detail = detail_of(scene, accounts, words)
    sheets: dict[str, Sheet] = {
        "rollup": rollup_of(scene, accounts, detail, words),
        **_figures_and_record(scene, accounts, detail, words),
        "register": register_of(scene, accounts, words),
    }
    if scene.evidence:
        title = words("evidence.title", province=scene.roster.province[1], year=scene.roster.year)
        sheets["evidence"] = evidence_sheet(scene.evidence, title, words)
    if scene.missing:
        sheets[scene.waiting] = open_of(scene, words)
    return {**sheets, **charts_of(scene, accounts, detail, words)}


def _figures_and_record(scene: FilingScene, accounts: Accounts, detail: Detail, words: Wording) -> dict[str, Sheet]:
    """Return what every filing has: figures township by township, then what was decided and said of them."""
    ratios = ratios_of(scene, words)
    return {
        "detail": detail.sheet,
        "tasks": tasks_of(scene, accounts, words),
        **indicator_sheets(scene, words),
        **({"ratios": ratios} if ratios else {}),
        "closing": closing_of(scene, accounts, words),
        "opinions": opinions_of(scene, words),
        "issues": issues_of(scene, words),
        "allowances": allowances_of(scene, words),
        "versions": versions_of(scene, words),
    }


def _book(scene: FilingScene, unnumbered: Mapping[str, Sheet], words: Wording) -> FilingBook:
    sheets = numbered(unnumbered, words)
    charts = [one.name for one in sheets.values() if one.charts]
    listed = [(name, sheet) for name, sheet in sheets.items() if not sheet.charts or sheet.name == charts[0]]
    contents = tuple((_listed_as(name, sheet, words), sheet.name) for name, sheet in listed)
    return FilingBook(
        title=title_of(scene, words),
        subject=words("filing.year", year=scene.roster.year),
        created=scene.as_of,
        sheets=(cover_of(scene, contents, words), *sheets.values()),
    )


def _listed_as(name: str, sheet: Sheet, words: Wording) -> str:
    """Return what the contents call a sheet: a table by its number, a document by its name, charts all together."""
    if sheet.charts:
        return words("filing.number.unnumbered")
    key = f"filing.number.{name}"
    return words(key) if words.has(key) else number_of(sheet) or ""
