"""The filing workbooks of a province, a city and a county: their sheets as values, from the ledger and the checks."""

from collections.abc import Iterator, Mapping

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

FILING_EDITION = "7"
"""The edition of the workbooks' content; a new number causes every filing to be written again."""


def build_province_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return the filing of the province: cover, figures, the record behind them and the missing counties, if any."""
    figures = collect_filing_figures(context, messages)
    return _build_book(context, _build_area_sheets(context, figures, messages), messages)


def build_city_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return a city's filing: its opinion to sign, then the same sheets as the province's; *context* is the city's."""
    figures = collect_filing_figures(context, messages)
    sheets = {
        "city_opinion": build_city_opinion(context, figures, messages),
        **_build_area_sheets(context, figures, messages),
    }
    return _build_book(context, sheets, messages)


def build_county_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return a county's filing: documents to sign, then figures and record; *context* is the county's."""
    figures = collect_filing_figures(context, messages)
    county, detail = context.counties_in_order[0], build_township_detail(context, figures, messages)
    sheets = {
        "report": build_county_report(context, county, figures, messages),
        "opinion": build_county_opinion(context, county, figures, messages),
        "register": build_register_sheet(context, figures, messages),
        **_build_figure_sheets(context, figures, detail, messages),
        "trace": build_trace_sheet(context, county, messages),
        **build_chart_sheets(context, figures, detail, messages),
    }
    return _build_book(context, sheets, messages)


def build_receipt_book(context: FilingContext, messages: Messages) -> FilingBook:
    """Return the receipt of one county; *context* is the county's."""
    sheet = build_county_receipt(
        context, context.counties_in_order[0], collect_filing_figures(context, messages), messages
    )
    year = messages("filing.year", year=context.roster.year)
    title = messages("filing.document.receipt", county=context.owner.name, year=context.roster.year)
    return FilingBook(
        title=clean_text(title),
        subject=year,
        created_at=context.as_of,
        sheets=(sheet,),
        footer=_format_footer(context, messages),
        page_number=messages("filing.page_number"),
    )


def build_summed_sheets(
    context: FilingContext, figures: FilingFigures, messages: Messages
) -> tuple[TownshipDetail, FilingSheet]:
    """Return the detail and the roll-up of a filing, whose cells the evidence adds up."""
    detail = build_township_detail(context, figures, messages)
    return detail, build_rollup_sheet(context, figures, detail, messages)


def _build_area_sheets(context: FilingContext, figures: FilingFigures, messages: Messages) -> dict[str, FilingSheet]:
    detail, rollup = build_summed_sheets(context, figures, messages)
    sheets: dict[str, FilingSheet] = {
        "rollup": rollup,
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
    """Return the sheets of every filing: figures by township, then decisions, findings and versions."""
    sheets = {
        "detail": detail.sheet,
        "tasks": build_targets_sheet(context, figures, messages),
        **build_indicator_sheets(context, messages),
    }
    ratios = build_ratios_sheet(context, messages)
    if ratios:
        sheets["ratios"] = ratios
    return {
        **sheets,
        "closing": build_plan_comparison(context, figures, messages),
        "opinions": build_decisions_sheet(context, messages),
        "issues": build_findings_sheet(context, messages),
        "allowances": build_allowances_sheet(context, messages),
        "versions": build_versions_sheet(context, messages),
    }


def _build_book(context: FilingContext, unnumbered_sheets: Mapping[str, FilingSheet], messages: Messages) -> FilingBook:
    sheets = add_table_numbers(unnumbered_sheets, messages)
    contents = tuple(_list_contents(sheets, messages))
    return FilingBook(
        title=format_filing_title(context, messages),
        subject=messages("filing.year", year=context.roster.year),
        created_at=context.as_of,
        sheets=(build_cover_sheet(context, contents, messages), *sheets.values()),
        footer=_format_footer(context, messages),
        page_number=messages("filing.page_number"),
    )


def _format_footer(context: FilingContext, messages: Messages) -> str:
    """Return the digest of the ledger entry that the filing rests on, for the foot of every page."""
    return messages("filing.footer", digest=context.ledger_head)


def _list_contents(sheets: Mapping[str, FilingSheet], messages: Messages) -> Iterator[tuple[str, str]]:
    """Yield the label and name of each sheet in the contents; of the sheets with charts, only the first is listed."""
    has_listed_charts = False
    for name, sheet in sheets.items():
        if sheet.charts and has_listed_charts:
            continue
        has_listed_charts = has_listed_charts or bool(sheet.charts)
        yield _get_contents_label(name, sheet, messages), sheet.name


def _get_contents_label(name: str, sheet: FilingSheet, messages: Messages) -> str:
    """Return the label of a sheet in the contents: the number of a table or the name of a document."""
    if sheet.charts:
        return messages("filing.number.unnumbered")
    key = f"filing.number.{name}"
    if messages.has_key(key):
        return messages(key)
    return get_table_number(sheet) or ""
