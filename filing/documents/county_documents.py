"""Documents to be signed: the county's report, the city's opinion, the receipt; A4, their figures filled in."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from checks.model.finding import Severity
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_figure_cell, build_text_cell, clean_text, compute_rate, format_date
from filing.book.document_sheet import DOCUMENT_WIDTHS, MAX_OPINION_CHARACTERS, Document, build_document_sheet
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.accounts import AmountKind, FilingFigures, build_county_figures
from filing.context.decision_text import format_decision
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.register import find_decision_at_level
from review.events import Event


def build_county_report(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> FilingSheet:
    """Return the county's annual accounting report."""
    facts = _collect_facts(context, county, messages)
    newest = county.county_state.newest_version
    submitted = find_decision_at_level(context, county, 0)
    counts = {one.value: county.report.count_findings(one) for one in Severity}
    allowed = [len(county.county_state.waivers), len(county.county_state.reductions)]
    body = [
        messages(
            "filing.report.ground",
            **facts,
            basis=context.procedure.basis,
            file=clean_text(newest.name if newest else ""),
        ),
        messages("filing.report.results"),
        *_format_results(county, figures, messages),
        messages(
            "filing.report.checked",
            **counts,
            explained=county.report.explanation_count,
            waived=allowed[0],
            cut=allowed[1],
        ),
        messages("filing.report.attached"),
    ]
    return build_document_sheet(
        Document(
            sheet_key="report",
            title=messages("filing.document.report", **facts),
            number=_format_document_number(submitted, messages),
            paragraphs=body,
            signer_keys=("compiled", "responsible", "checked", "filled"),
            signature_lines=(
                context.find_unit(context.procedure.levels[0].id, county.due_county.code, county.due_county.name),
                _format_decision_date(submitted, messages),
            ),
        ),
        messages,
    )


def build_county_opinion(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> FilingSheet:
    """Return the city's opinion on one county, with what was reported, reviewed and set lower."""
    facts = _collect_facts(context, county, messages)
    decision = find_decision_at_level(context, county, 1)
    city = context.find_unit(
        context.procedure.levels[1].id, county.due_county.city, context.get_city_name(county.due_county)
    )
    said = format_decision(decision, messages) if decision else messages("filing.not_applicable")
    action = context.procedure.find_action(decision.level, decision.action) if decision else None
    conclusion = action.name if action else messages("filing.not_applicable")
    body = [
        messages("filing.opinion.ground", **facts, basis=context.procedure.basis, unit=city),
        messages("filing.opinion.conclusion", conclusion=conclusion, opinion=clean_text(said)[:MAX_OPINION_CHARACTERS]),
        messages("filing.opinion.figures", unit=figures.unit),
    ]
    return build_document_sheet(
        Document(
            sheet_key="opinion",
            title=messages("filing.document.opinion", **facts),
            number=_format_document_number(decision, messages),
            paragraphs=body,
            table=_build_comparison_rows(context, county, figures, messages),
            signer_keys=("reviewing", "responsible", "reviewer", "date"),
            signature_lines=(city, _format_decision_date(decision, messages)),
        ),
        messages,
    )


def build_county_receipt(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> FilingSheet:
    """Return the receipt that the county's steward gets."""
    facts = _collect_facts(context, county, messages)
    filed, receipt, newest = (
        find_decision_at_level(context, county, -1),
        county.receipt,
        county.county_state.newest_version,
    )
    if receipt is None or newest is None:
        raise ValueError(f"{county.due_county.code}: a receipt needs a filed version and its number")
    last = context.procedure.levels[-1].id
    unit = context.find_unit(last, context.roster.province[0], context.roster.province[1])
    number = str(filed.facts.get("number") or "") if filed else ""
    pairs = {
        "number": receipt.number,
        "version": messages("filing.version", version=newest.number),
        "file": clean_text(newest.name),
        "sha256": newest.sha256,
        "filing_number": number or messages("filing.not_applicable"),
        "entry": messages("filing.receipt.at_entry", sequence=receipt.sequence, digest=receipt.digest),
        "contracts": county.report.contracts_version,
        "key": context.key_fingerprint or messages("filing.not_applicable"),
    }
    hashed = {"sha256", "entry", "contracts", "key"}
    rows = [
        (
            build_text_cell(messages(f"filing.receipt.{name}"), CellStyle.HEADER),
            build_text_cell(value, CellStyle.HASH if name in hashed else CellStyle.TEXT, span=len(DOCUMENT_WIDTHS) - 1),
        )
        for name, value in pairs.items()
    ]
    body = [messages("filing.receipt.ground", **facts, province=unit), *_format_results(county, figures, messages)]
    return build_document_sheet(
        Document(
            sheet_key="receipt",
            title=messages("filing.document.receipt", **facts),
            number=messages("filing.document.number", number=receipt.number),
            paragraphs=body,
            table=rows,
            closing_paragraphs=(messages("filing.receipt.keep"),),
            signature_lines=(unit, _format_decision_date(filed, messages)),
        ),
        messages,
    )


def _collect_facts(context: FilingContext, county: IncludedCounty, messages: Messages) -> dict[str, object]:
    newest = county.county_state.newest_version
    return {
        "county": county.due_county.name,
        "code": county.due_county.code,
        "city": context.get_city_name(county.due_county),
        "year": context.roster.year,
        "version": newest.number if newest else messages("filing.not_applicable"),
        "sha256": newest.sha256 if newest else "",
        "procedure": context.procedure.name,
    }


def _format_document_number(decision: Event | None, messages: Messages) -> str:
    number = str(decision.facts.get("number") or "") if decision else ""
    return number or messages("filing.document.unnumbered")


def _format_decision_date(decision: Event | None, messages: Messages) -> str:
    said = str(decision.facts.get("date") or "") if decision else ""
    return format_date(said, messages) if said else messages("filing.cover.blank_date")


def _format_results(county: IncludedCounty, figures: FilingFigures, messages: Messages) -> Iterable[str]:
    account = figures.by_county[county.due_county.code]
    for measure, name in figures.measures.items():
        if not account.has_measure(measure):
            continue
        planned, done, whole = (
            account.compute_total(measure, key) for key in (figures.year, AmountKind.DONE, AmountKind.PLAN_TOTAL)
        )
        rate = compute_rate(done, planned)
        said = {
            "measure": name,
            "done": _format_amount(done, figures.get_decimals(measure, AmountKind.DONE), figures.unit, messages),
            "planned": _format_amount(planned, figures.get_decimals(measure, figures.year), figures.unit, messages),
            "whole": _format_amount(
                whole, figures.get_decimals(measure, AmountKind.PLAN_TOTAL), figures.unit, messages
            ),
            "rate": f"{rate * 100:.2f}%" if rate is not None else messages("filing.not_applicable"),
        }
        yield messages("filing.report.measure", **said)


def _format_amount(amount: Decimal | None, decimals: int, unit: str, messages: Messages) -> str:
    if amount is None:
        return messages("filing.report.unknown")
    return messages("filing.report.amount", amount=f"{amount:.{decimals}f}", unit=unit)


def _build_comparison_rows(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> list[CellRow]:
    """What the county reported, what the city reviewed, and the difference."""
    reported = build_county_figures(
        replace(county, report=county.report_as_sent or county.report),
        tuple(figures.measures),
        context.layout.target_columns,
    )
    rows = [
        tuple(
            build_text_cell(messages(f"filing.opinion.{one}"), CellStyle.HEADER)
            for one in ("item", "reported", "reviewed", "cut")
        )
    ]
    return [
        *rows,
        *(
            _build_comparison_row(
                name,
                (
                    reported.compute_total(one, AmountKind.DONE),
                    figures.by_county[county.due_county.code].compute_total(one, AmountKind.DONE),
                ),
                figures.get_decimals(one, AmountKind.DONE),
            )
            for one, name in figures.measures.items()
            if reported.has_measure(one)
        ),
    ]


def _build_comparison_row(name: str, amounts: tuple[Decimal | None, Decimal | None], decimals: int) -> CellRow:
    before, after = amounts
    less = before - after if before is not None and after is not None else None
    return (
        build_text_cell(name),
        build_figure_cell(before, CellStyle.FIGURE, decimals=decimals),
        build_figure_cell(after, CellStyle.FIGURE, decimals=decimals),
        # typed: a document's row has no fixed place, and its figures never change after it is signed
        build_figure_cell(less, CellStyle.FIGURE, decimals=decimals),
    )
