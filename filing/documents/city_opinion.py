"""The city's opinion on its counties as one document: the counties reviewed, and the amounts reported and reviewed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, clean_text, format_date
from filing.book.document_sheet import MAX_OPINION_CHARACTERS, ROWS_ABOVE_BODY, Document, build_document_sheet
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.accounts import AmountKind, CountyFigures, FilingFigures, build_county_figures
from filing.context.decision_text import get_decision_fact
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.headings import build_headings
from filing.context.seal_status import format_seal_status
from filing.documents.reduced_amounts import build_reduction_cells
from filing.sheets.live_formulas import build_range_sum
from filing.sheets.register import find_decision_at_level
from review.rollup_seals import RollUpSeal

COLUMN_WIDTHS = (13.0, 18.0, 12.0, 12.0, 8.0, 21.0)
COLUMN_KEYS = ("county", "item", "reported", "reviewed_figure", "cut", "number")

AmountPair: TypeAlias = tuple[Decimal | None, Decimal | None]
"""An amount as reported and as reviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CityOpinionInputs:
    context: FilingContext
    figures: FilingFigures
    reported_figures: Mapping[str, CountyFigures]
    messages: Messages


def build_city_opinion(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the opinion of the city that owns the filing, ready to be signed."""
    reported_figures = _collect_reported_figures(context, figures)
    inputs = _CityOpinionInputs(context=context, figures=figures, reported_figures=reported_figures, messages=messages)
    seal = context.seal
    paragraphs = list(_format_paragraphs(inputs))
    day = format_date(_get_seal_fact(seal, "date"), messages)
    return build_document_sheet(
        Document(
            sheet_key="city_opinion",
            title=messages("filing.document.city_opinion", city=context.owner.name, year=context.roster.year),
            number=_get_seal_fact(seal, "number") or messages("filing.document.unnumbered"),
            addressee=messages("filing.addressee", unit=_find_province_unit(context)),
            signers={"reviewer": _get_seal_fact(seal, "title")},
            paragraphs=paragraphs,
            table=_build_table_rows(inputs, ROWS_ABOVE_BODY + len(paragraphs) + 2),
            closing_paragraphs=(_format_allowances(context, messages),),
            signer_keys=("reviewing", "responsible", "reviewer"),
            signature_lines=(context.responsible_unit, day or messages("filing.cover.blank_date")),
            widths=COLUMN_WIDTHS,
        ),
        messages,
    )


def _find_province_unit(context: FilingContext) -> str:
    """Return the office of the province, to which a city sends its opinion."""
    return context.find_unit(context.procedure.levels[-1].id, *context.roster.province)


def _collect_reported_figures(context: FilingContext, figures: FilingFigures) -> dict[str, CountyFigures]:
    """Return the figures as the counties sent them, by county code."""
    reported_figures = {}
    for county in context.counties_in_order:
        as_sent = replace(county, report=county.report_as_sent or county.report)
        county_figures = build_county_figures(as_sent, tuple(figures.measures), context.layout.target_columns)
        reported_figures[county.due_county.code] = county_figures
    return reported_figures


def _format_allowances(context: FilingContext, messages: Messages) -> str:
    waiver_count = reduction_count = 0
    for county in context.counties_in_order:
        waiver_count += len(county.county_state.waivers)
        reduction_count += len(county.county_state.reductions)
    return messages("filing.city_opinion.allowed", waived=waiver_count, cut=reduction_count)


def _format_paragraphs(inputs: _CityOpinionInputs) -> Iterator[str]:
    context, messages = inputs.context, inputs.messages
    yield messages(
        "filing.city_opinion.ground",
        basis=context.procedure.basis,
        unit=context.responsible_unit,
        year=context.roster.year,
        procedure=context.procedure.name,
        due=len(context.due_counties),
    )
    yield messages("filing.city_opinion.standing", said="；".join(_format_county_counts(inputs)))
    yield messages("filing.city_opinion.stage", stage=format_seal_status(context, messages))
    opinion = _get_seal_fact(context.seal, "opinion")
    if opinion:
        yield messages("filing.city_opinion.opinion", opinion=clean_text(opinion)[:MAX_OPINION_CHARACTERS])
    else:
        yield messages("filing.city_opinion.no_opinion")
    yield messages("filing.city_opinion.figures", unit=inputs.figures.unit)


def _format_county_counts(inputs: _CityOpinionInputs) -> Iterator[str]:
    """Yield how many counties are filed, reviewed, excused and missing; those that are not filed are named."""
    context, messages = inputs.context, inputs.messages
    filed_codes = context.filed_codes
    yield messages("filing.city_opinion.filed", count=len(filed_codes))
    reviewed = [county.due_county for county in context.counties_in_order if county.due_county.code not in filed_codes]
    excused = [county for county in context.due_counties if county.code in context.excused_codes]
    missing = [county for county, _ in context.missing_counties]
    for key, counties in {"reviewed": reviewed, "excused": excused, "open": missing}.items():
        if counties:
            names = messages("filing.separator").join(county.name for county in counties)
            yield messages(f"filing.city_opinion.{key}", count=len(counties), names=names)


def _get_seal_fact(seal: RollUpSeal | None, name: str) -> str:
    """Return a fact of the decision that sealed the roll-up; empty if the roll-up is not sealed."""
    if seal is None or not seal.is_sealed:
        return ""
    return get_decision_fact(seal.event, name)


def _build_table_rows(inputs: _CityOpinionInputs, first_row: int) -> list[CellRow]:
    """Return the header and, measure by measure, a row for each county and a total; *first_row* is the header's."""
    rows: list[CellRow] = [build_headings(inputs.messages, "filing.city_opinion", COLUMN_KEYS)]
    for measure, measure_name in inputs.figures.measures.items():
        counties = _select_counties(inputs, measure)
        if counties:
            span = (first_row + len(rows), first_row + len(rows) + len(counties) - 1)
            rows += _build_county_rows(inputs, counties, measure, first_row=span[0])
            totals = _sum_counties(inputs, measure, counties)
            rows.append(_build_total_row(inputs, (measure, measure_name), totals, span))
    return rows


def _select_counties(inputs: _CityOpinionInputs, measure: str) -> list[IncludedCounty]:
    """Return the counties that reported an amount of the measure."""
    reported_figures = inputs.reported_figures
    counties = inputs.context.counties_in_order
    return [county for county in counties if reported_figures[county.due_county.code].has_measure(measure)]


def _sum_counties(inputs: _CityOpinionInputs, measure: str, counties: Iterable[IncludedCounty]) -> AmountPair:
    """Return the amounts done of several counties together."""
    reported, reviewed = [], []
    for county in counties:
        code = county.due_county.code
        reported.append(inputs.reported_figures[code].compute_total(measure, AmountKind.DONE))
        reviewed.append(inputs.figures.by_county[code].compute_total(measure, AmountKind.DONE))
    return sum_known_amounts(reported), sum_known_amounts(reviewed)


def _build_county_rows(
    inputs: _CityOpinionInputs, counties: list[IncludedCounty], measure: str, *, first_row: int
) -> Iterator[CellRow]:
    decimals = inputs.figures.get_decimals(measure, AmountKind.DONE)
    for row, county in enumerate(counties, start=first_row):
        before, after = _sum_counties(inputs, measure, [county])
        formulas = (None, None, f"=ROUND(C{row}-D{row},{decimals})")
        yield (
            build_text_cell(county.due_county.name),
            build_text_cell(inputs.figures.measures[measure]),
            *build_reduction_cells(before, after, CellStyle.FIGURE, decimals=decimals, formulas=formulas),
            build_text_cell(_format_decision_number(inputs, county)),
        )


def _build_total_row(
    inputs: _CityOpinionInputs, measure: tuple[str, str], amounts: AmountPair, span: tuple[int, int]
) -> CellRow:
    """Return the live total of a measure, which is its id and name, over the rows of *span*."""
    measure_id, measure_name = measure
    before, after = amounts
    decimals = inputs.figures.get_decimals(measure_id, AmountKind.DONE)
    formulas = [build_range_sum(letter, span) for letter in "CDE"]
    return (
        build_text_cell(inputs.messages("filing.total"), CellStyle.TOTAL_TEXT),
        build_text_cell(measure_name, CellStyle.TOTAL_TEXT),
        *build_reduction_cells(before, after, CellStyle.TOTAL_FIGURE, decimals=decimals, formulas=formulas),
        build_text_cell("", CellStyle.TOTAL_TEXT),
    )


def _format_decision_number(inputs: _CityOpinionInputs, county: IncludedCounty) -> str:
    """Return the number of the city's decision on a county; empty if the decision has no number."""
    decision = find_decision_at_level(inputs.context, county, 1)
    if decision is None:
        return inputs.messages("filing.not_applicable")
    return get_decision_fact(decision, "number")
