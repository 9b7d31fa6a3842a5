"""The documents of one county that are signed: its report, the city's opinion on it, and the receipt of the filing."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from checks.model.finding import Severity
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, clean_text, compute_rate, format_date
from filing.book.document_sheet import DOCUMENT_WIDTHS, MAX_OPINION_CHARACTERS, Document, build_document_sheet
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.accounts import AmountKey, AmountKind, FilingFigures, build_county_figures
from filing.context.decision_text import format_decision, get_decision_fact
from filing.context.ended_notice import list_ended_notices, mark_ended_title
from filing.context.filing_context import FilingContext, IncludedCounty, Receipt
from filing.context.headings import build_headings
from filing.documents.reduced_amounts import build_reduction_cells
from filing.sheets.register import find_decision_at_level
from review.county_state import SubmissionVersion
from review.events import Event

_DIGEST_ENTRIES = frozenset({"sha256", "entry", "contracts", "key"})


def build_county_report(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> FilingSheet:
    """Return the county's annual accounting report."""
    facts = _collect_facts(context, county, messages)
    submission = find_decision_at_level(context, county, 0)
    level = context.procedure.levels[0].id
    unit = context.find_unit(level, county.due_county.code, county.due_county.name)
    return build_document_sheet(
        Document(
            sheet_key="report",
            title=messages("filing.document.report", **facts),
            number=_format_document_number(submission, messages),
            addressee=_format_addressee(context, county, 1, messages),
            signers=_collect_cover_signers(county),
            paragraphs=list(_format_report_paragraphs(context, county, figures, messages)),
            signer_keys=("compiled", "responsible", "checked", "filled"),
            signature_lines=(unit, _format_decision_date(submission, messages)),
        ),
        messages,
    )


def _format_report_paragraphs(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> Iterator[str]:
    facts = _collect_facts(context, county, messages)
    newest = county.county_state.newest_version
    file = clean_text(newest.name) if newest else ""
    yield messages("filing.report.ground", **facts, basis=context.procedure.basis, file=file)
    yield messages("filing.report.results")
    yield from _format_results(county, figures, messages)
    counts = {severity.value: county.report.count_findings(severity) for severity in Severity}
    yield messages(
        "filing.report.checked",
        **counts,
        explained=county.report.explanation_count,
        waived=len(county.county_state.waivers),
        cut=len(county.county_state.reductions),
    )
    yield messages("filing.report.attached")


def build_county_opinion(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> FilingSheet:
    """Return the city's opinion on one county, with the amounts reported, reviewed and reduced."""
    facts = _collect_facts(context, county, messages)
    decision = find_decision_at_level(context, county, 1)
    level, city_name = context.procedure.levels[1].id, context.get_city_name(county.due_county)
    unit = context.find_unit(level, county.due_county.city, city_name)
    conclusion, opinion = _format_conclusion(context, decision, messages)
    paragraphs = [
        messages("filing.opinion.ground", **facts, basis=context.procedure.basis, unit=unit),
        messages("filing.opinion.conclusion", conclusion=conclusion, opinion=opinion),
        messages("filing.opinion.figures", unit=figures.unit),
    ]
    return build_document_sheet(
        Document(
            sheet_key="opinion",
            title=messages("filing.document.opinion", **facts),
            number=_format_document_number(decision, messages),
            addressee=_format_addressee(context, county, 0, messages),
            signers={
                "reviewer": get_decision_fact(decision, "title"),
                "date": _format_decision_date(decision, messages),
            },
            paragraphs=paragraphs,
            table=list(_build_comparison_rows(context, county, figures, messages)),
            signer_keys=("reviewing", "responsible", "reviewer", "date"),
            signature_lines=(unit, _format_decision_date(decision, messages)),
        ),
        messages,
    )


def _format_conclusion(context: FilingContext, decision: Event | None, messages: Messages) -> tuple[str, str]:
    """Return the name of the city's action, and its opinion cut to the length that fits on a page."""
    placeholder = messages("filing.not_applicable")
    if decision is None:
        return placeholder, clean_text(placeholder)[:MAX_OPINION_CHARACTERS]
    action = context.procedure.find_action(decision.level, decision.action)
    opinion = clean_text(format_decision(decision, messages))[:MAX_OPINION_CHARACTERS]
    return action.name if action else placeholder, opinion


def build_county_receipt(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> FilingSheet:
    """Return the receipt (备案回执) that the county's steward gets; raise `ValueError` if the county is not filed."""
    receipt, newest = county.receipt, county.county_state.newest_version
    if receipt is None or newest is None:
        raise ValueError(f"{county.due_county.code}: a receipt needs a filed version and its number")
    facts = _collect_facts(context, county, messages)
    filing = find_decision_at_level(context, county, -1)
    unit = context.find_unit(context.procedure.levels[-1].id, *context.roster.province)
    ground = messages("filing.receipt.ground", **facts, province=unit)
    entries = {
        **_collect_receipt_facts(receipt, newest, messages),
        "filing_number": get_decision_fact(filing, "number") or messages("filing.not_applicable"),
        "entry": messages("filing.receipt.at_entry", sequence=receipt.sequence, digest=receipt.digest),
        "contracts": county.report.contracts_version,
        "key": context.key_fingerprint or messages("filing.not_applicable"),
    }
    return build_document_sheet(
        Document(
            sheet_key="receipt",
            title=mark_ended_title(context, messages("filing.document.receipt", **facts), messages),
            number=messages("filing.document.number", number=receipt.number),
            addressee=_format_addressee(context, county, 0, messages),
            paragraphs=[*list_ended_notices(context, messages), ground, *_format_results(county, figures, messages)],
            table=list(_build_receipt_rows(entries, messages)),
            closing_paragraphs=(messages("filing.receipt.keep"),),
            signer_keys=("filing", "handler", "collected"),
            signers={"handler": get_decision_fact(filing, "title")},
            signature_lines=(unit, _format_decision_date(filing, messages)),
        ),
        messages,
    )


def _collect_receipt_facts(receipt: Receipt, version: SubmissionVersion, messages: Messages) -> dict[str, str]:
    return {
        "number": receipt.number,
        "version": messages("filing.version", version=version.number),
        "file": clean_text(version.name),
        "sha256": version.sha256,
    }


def _build_receipt_rows(entries: dict[str, str], messages: Messages) -> Iterator[CellRow]:
    for name, value in entries.items():
        style = CellStyle.HASH if name in _DIGEST_ENTRIES else CellStyle.TEXT
        yield (
            build_text_cell(messages(f"filing.receipt.{name}"), CellStyle.HEADER),
            build_text_cell(value, style, span=len(DOCUMENT_WIDTHS) - 1),
        )


def _collect_facts(context: FilingContext, county: IncludedCounty, messages: Messages) -> dict[str, object]:
    newest = county.county_state.newest_version
    return {
        "county": county.due_county.name,
        "code": county.due_county.code,
        "city": context.get_city_name(county.due_county),
        "year": context.roster.year,
        "version": newest.number if newest else messages("filing.not_applicable"),
        "sha256": county.county_state.newest_sha256,
        "procedure": context.procedure.name,
    }


def _format_addressee(context: FilingContext, county: IncludedCounty, level_index: int, messages: Messages) -> str:
    """Return the office of a level that a document on a county is sent to, as the line above its text."""
    due_county = county.due_county
    areas = ((due_county.code, due_county.name), (due_county.city, context.get_city_name(due_county)))
    area, name = areas[level_index]
    unit = context.find_unit(context.procedure.levels[level_index].id, area, name)
    return messages("filing.addressee", unit=unit)


def _collect_cover_signers(county: IncludedCounty) -> dict[str, str]:
    """Return who is responsible for a county's report, who checked and who compiled it, as its cover says."""
    fields = {"responsible": "responsible", "checked": "checked_by", "filled": "filled_by"}
    return {key: county.report.get_cover_text(name) for key, name in fields.items()}


def _format_document_number(decision: Event | None, messages: Messages) -> str:
    return get_decision_fact(decision, "number") or messages("filing.document.unnumbered")


def _format_decision_date(decision: Event | None, messages: Messages) -> str:
    day = get_decision_fact(decision, "date")
    if not day:
        return messages("filing.cover.blank_date")
    return format_date(day, messages)


def _format_results(county: IncludedCounty, figures: FilingFigures, messages: Messages) -> Iterator[str]:
    """Yield a sentence on each measure of the county: target, amount done, rate, target over all years."""
    county_figures = figures.by_county[county.due_county.code]
    keys: dict[str, AmountKey] = {"done": AmountKind.DONE, "planned": figures.year, "whole": AmountKind.PLAN_TOTAL}
    for measure, name in figures.measures.items():
        if not county_figures.has_measure(measure):
            continue
        texts = {"measure": name}
        for fact, key in keys.items():
            amount = county_figures.compute_total(measure, key)
            texts[fact] = _format_amount(amount, figures.get_decimals(measure, key), figures.unit, messages)
        planned = county_figures.compute_total(measure, figures.year)
        done = county_figures.compute_total(measure, AmountKind.DONE)
        texts["rate"] = _format_rate(compute_rate(done, planned), messages)
        yield messages("filing.report.measure", **texts)


def _format_amount(amount: Decimal | None, decimals: int, unit: str, messages: Messages) -> str:
    if amount is None:
        return messages("filing.report.unknown")
    return messages("filing.report.amount", amount=f"{amount:.{decimals}f}", unit=unit)


def _format_rate(rate: Decimal | None, messages: Messages) -> str:
    if rate is None:
        return messages("filing.not_applicable")
    return f"{rate * 100:.2f}%"


def _build_comparison_rows(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> Iterator[CellRow]:
    """Yield the header, and for each measure the amount reported, the amount reviewed and the reduction.

    The cells are typed: a row of a document has no fixed place, and its figures do not change after it is signed.
    """
    as_sent = replace(county, report=county.report_as_sent or county.report)
    reported = build_county_figures(as_sent, tuple(figures.measures), context.layout.target_columns)
    reviewed = figures.by_county[county.due_county.code]
    yield build_headings(messages, "filing.opinion", ("item", "reported", "reviewed", "cut"))
    for measure, name in figures.measures.items():
        if reported.has_measure(measure):
            before = reported.compute_total(measure, AmountKind.DONE)
            after = reviewed.compute_total(measure, AmountKind.DONE)
            decimals = figures.get_decimals(measure, AmountKind.DONE)
            yield (build_text_cell(name), *build_reduction_cells(before, after, CellStyle.FIGURE, decimals=decimals))
