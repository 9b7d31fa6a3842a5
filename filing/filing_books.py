"""The filing workbooks of a province, a city and a county: their sheets as values, from what ledger and checks hold."""

from collections.abc import Mapping

from contracts.messages import Messages
from filing.book.cell_builders import clean_text
from filing.book.table_numbers import add_table_numbers, get_table_number
from filing.book.workbook_model import FilingBook, FilingSheet
from filing.context.accounts import FilingFigures, collect_filing_figures
from filing.context.filing_context import FilingContext
from filing.context.rollup_evidence import build_evidence_sheet
from filing.documents.city_opinion import build_city_opinion
from filing.documents.county_documents import build_county_opinion, build_county_receipt, build_county_report
from filing.sheets.charts import build_chart_sheets
from filing.sheets.cover import build_cover_sheet, format_filing_title
from filing.sheets.data_sources import build_trace_sheet
from filing.sheets.decisions_and_versions import (
    build_decisions_sheet,
    build_missing_counties_sheet,
    build_versions_sheet,
)
from filing.sheets.findings_list import build_findings_sheet
from filing.sheets.indicators import build_indicator_sheets
from filing.sheets.plan_comparison import build_plan_comparison
from filing.sheets.ratios import build_ratios_sheet
from filing.sheets.register import build_register_sheet
from filing.sheets.rollup import build_rollup_sheet
from filing.sheets.targets import build_targets_sheet
from filing.sheets.township_detail import TownshipDetail, build_township_detail
from filing.sheets.waivers_and_reductions import build_allowances_sheet

FILING_EDITION = "6"  # what the workbooks show: another number makes every filing anew


def build_province_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return the filing: its cover, its figures, the record behind them and, if any, who is missing."""
    accounts = collect_filing_figures(context, messages)
    return _build_book(context, _build_area_sheets(context, accounts, messages), messages)


def build_city_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return a city's filing, of a scene within the city: its opinion to sign, then sheets like the province's."""
    accounts = collect_filing_figures(context, messages)
    sheets = {
        "city_opinion": build_city_opinion(context, accounts, messages),
        **_build_area_sheets(context, accounts, messages),
    }
    return _build_book(context, sheets, messages)


def build_county_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return a county's filing, of a scene within the county: documents to sign first, then figures and record."""
    accounts = collect_filing_figures(context, messages)
    county, detail = context.counties_in_order[0], build_township_detail(context, accounts, messages)
    sheets = {
        "report": build_county_report(context, county, accounts, messages),
        "opinion": build_county_opinion(context, county, accounts, messages),
        "register": build_register_sheet(context, accounts, messages),
        **_build_figure_sheets(context, accounts, detail, messages),
        "trace": build_trace_sheet(context, county, messages),
        **build_chart_sheets(context, accounts, detail, messages),
    }
    return _build_book(context, sheets, messages)


def build_receipt_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return the receipt of one county, of a scene within it."""
    sheet = build_county_receipt(
        context, context.counties_in_order[0], collect_filing_figures(context, messages), messages
    )
    year = messages("filing.year", year=context.roster.year)
    title = messages("filing.document.receipt", county=context.owner.name, year=context.roster.year)
    return FilingBook(title=clean_text(title), subject=year, created_at=context.as_of, sheets=(sheet,))


def _build_area_sheets(context: FilingContext, figures: FilingFigures, messages: Messages) -> dict[str, FilingSheet]:
    detail = build_township_detail(context, figures, messages)
    sheets: dict[str, FilingSheet] = {
        "rollup": build_rollup_sheet(context, figures, detail, messages),
        **_build_figure_sheets(context, figures, detail, messages),
        "register": build_register_sheet(context, figures, messages),
    }
    if context.evidence:
        title = messages("evidence.title", province=context.roster.province[1], year=context.roster.year)
        sheets["evidence"] = build_evidence_sheet(context.evidence, title, messages)
    if context.missing_counties:
        sheets[context.missing_status] = build_missing_counties_sheet(context, messages)
    return {**sheets, **build_chart_sheets(context, figures, detail, messages)}


def _build_figure_sheets(
    context: FilingContext, figures: FilingFigures, detail: TownshipDetail, messages: Messages
) -> dict[str, FilingSheet]:
    """Return what every filing has: figures township by township, then what was decided and said of them."""
    ratios = build_ratios_sheet(context, messages)
    return {
        "detail": detail.sheet,
        "tasks": build_targets_sheet(context, figures, messages),
        **build_indicator_sheets(context, messages),
        **({"ratios": ratios} if ratios else {}),
        "closing": build_plan_comparison(context, figures, messages),
        "opinions": build_decisions_sheet(context, messages),
        "issues": build_findings_sheet(context, messages),
        "allowances": build_allowances_sheet(context, messages),
        "versions": build_versions_sheet(context, messages),
    }


def _build_book(context: FilingContext, unnumbered_sheets: Mapping[str, FilingSheet], messages: Messages) -> FilingBook:
    sheets = add_table_numbers(unnumbered_sheets, messages)
    charts = [one.name for one in sheets.values() if one.charts]
    listed = [(name, sheet) for name, sheet in sheets.items() if not sheet.charts or sheet.name == charts[0]]
    contents = tuple((_get_contents_label(name, sheet, messages), sheet.name) for name, sheet in listed)
    return FilingBook(
        title=format_filing_title(context, messages),
        subject=messages("filing.year", year=context.roster.year),
        created_at=context.as_of,
        sheets=(build_cover_sheet(context, contents, messages), *sheets.values()),
    )


def _get_contents_label(name: str, sheet: FilingSheet, messages: Messages) -> str:
    """Return what the contents call a sheet: a table by its number, a document by its name, charts all together."""
    if sheet.charts:
        return messages("filing.number.unnumbered")
    key = f"filing.number.{name}"
    return messages(key) if messages.has_key(key) else get_table_number(sheet) or ""
