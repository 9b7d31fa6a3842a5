"""The city's opinion on its counties as one document: who was reviewed, what was reported, reviewed and set lower."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_figure_cell, build_text_cell, clean_text, format_date
from filing.book.document_sheet import MAX_OPINION_CHARACTERS, ROWS_ABOVE_BODY, Document, build_document_sheet
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.accounts import AmountKind, CountyFigures, FilingFigures, build_county_figures
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.seal_status import format_seal_status
from filing.sheets.register import find_decision_at_level
from review.rollup_seals import RollUpSeal

COLUMN_WIDTHS = (13.0, 18.0, 12.0, 12.0, 8.0, 21.0)
COLUMN_KEYS = ("county", "item", "reported", "reviewed_figure", "cut", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class _CityOpinionInputs:
    context: FilingContext
    figures: FilingFigures
    reported_figures: Mapping[str, CountyFigures]
    messages: Messages


def build_city_opinion(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the opinion of the city whose scene it is, ready to be signed."""
    measures, targets = tuple(figures.measures), context.layout.target_columns
    as_sent = {
        one.due_county.code: replace(one, report=one.report_as_sent or one.report) for one in context.counties_in_order
    }
    reported = {code: build_county_figures(one, measures, targets) for code, one in as_sent.items()}
    desk = _CityOpinionInputs(context=context, figures=figures, reported_figures=reported, messages=messages)
    whose, seal = context.owner, context.seal
    body = _build_paragraphs(desk)
    standings = [one.county_state for one in context.counties_in_order]
    allowed = {
        "waived": sum(len(one.waivers) for one in standings),
        "cut": sum(len(one.reductions) for one in standings),
    }
    return build_document_sheet(
        Document(
            sheet_key="city_opinion",
            title=messages("filing.document.city_opinion", city=whose.name, year=context.roster.year),
            number=_get_seal_fact(seal, "number") or messages("filing.document.unnumbered"),
            paragraphs=body,
            table=_build_table_rows(desk, ROWS_ABOVE_BODY + len(body) + 1),
            closing_paragraphs=(messages("filing.city_opinion.allowed", **allowed),),
            signer_keys=("reviewing", "responsible", "reviewer"),
            signature_lines=(
                context.responsible_unit,
                format_date(_get_seal_fact(seal, "date"), messages) or messages("filing.cover.blank_date"),
            ),
            widths=COLUMN_WIDTHS,
        ),
        messages,
    )


def _build_paragraphs(inputs: _CityOpinionInputs) -> list[str]:
    scene, words = inputs.context, inputs.messages
    said = _get_seal_fact(scene.seal, "opinion")
    facts = {
        "basis": scene.procedure.basis,
        "unit": scene.responsible_unit,
        "year": scene.roster.year,
        "procedure": scene.procedure.name,
        "due": len(scene.due_counties),
    }
    opinion = words("filing.city_opinion.opinion", opinion=clean_text(said)[:MAX_OPINION_CHARACTERS])
    return [
        words("filing.city_opinion.ground", **facts),
        words("filing.city_opinion.standing", said="；".join(_format_county_counts(inputs))),
        words("filing.city_opinion.stage", stage=format_seal_status(scene, words)),
        opinion if said else words("filing.city_opinion.no_opinion"),
        words("filing.city_opinion.figures", unit=inputs.figures.unit),
    ]


def _format_county_counts(inputs: _CityOpinionInputs) -> Iterable[str]:
    """Say how many counties are filed, reviewed, excused and still open, each that is not filed by name."""
    scene, words = inputs.context, inputs.messages
    filed = {one.due_county.code for one in scene.filed_counties}
    yield words("filing.city_opinion.filed", count=len(filed))
    groups = {
        "reviewed": [one.due_county.name for one in scene.counties_in_order if one.due_county.code not in filed],
        "excused": [one.name for one in scene.due_counties if one.code in scene.excused_codes],
        "open": [due.name for due, _ in scene.missing_counties],
    }
    for key, names in groups.items():
        if names:
            listed = words("filing.separator").join(names)
            yield words(f"filing.city_opinion.{key}", count=len(names), names=listed)


def _get_seal_fact(seal: RollUpSeal | None, name: str) -> str:
    """Return what the decision that sealed the roll-up says; nothing while it is open."""
    return str(seal.event.facts.get(name) or "") if seal is not None and seal.is_sealed else ""


def _build_table_rows(inputs: _CityOpinionInputs, first_row: int) -> list[CellRow]:
    """Return a line a county and measure, measure by measure, each with its live sums."""
    rows: list[CellRow] = [
        tuple(build_text_cell(inputs.messages(f"filing.city_opinion.{one}"), CellStyle.HEADER) for one in COLUMN_KEYS)
    ]
    for measure, name in inputs.figures.measures.items():
        counties = [
            one
            for one in inputs.context.counties_in_order
            if inputs.reported_figures[one.due_county.code].has_measure(measure)
        ]
        if not counties:
            continue
        start = first_row + len(rows)
        lines = [_sum_counties(inputs, measure, [one.due_county.code]) for one in counties]
        for county, amounts in zip(counties, lines, strict=True):
            cells = _build_figure_cells(inputs, measure, amounts, first_row + len(rows))
            rows.append(
                (
                    build_text_cell(county.due_county.name),
                    build_text_cell(name),
                    *cells,
                    build_text_cell(_format_decision_number(inputs, county)),
                )
            )
        totals = _sum_counties(inputs, measure, [one.due_county.code for one in counties])
        rows.append(_build_total_row(inputs, (measure, name), totals, (start, first_row + len(rows) - 1)))
    return rows


AmountPair = tuple[Decimal | None, Decimal | None]


def _sum_counties(inputs: _CityOpinionInputs, measure: str, county_codes: list[str]) -> AmountPair:
    """Return what these counties reported together, and what was reviewed."""
    before = sum_known_amounts(
        inputs.reported_figures[one].compute_total(measure, AmountKind.DONE) for one in county_codes
    )
    return before, sum_known_amounts(
        inputs.figures.by_county[one].compute_total(measure, AmountKind.DONE) for one in county_codes
    )


def _build_figure_cells(inputs: _CityOpinionInputs, measure: str, amounts: AmountPair, row: int) -> CellRow:
    decimals = inputs.figures.get_decimals(measure, AmountKind.DONE)
    before, after = amounts
    less = before - after if before is not None and after is not None else None
    live = f"=ROUND(C{row}-D{row},{decimals})" if less is not None else None
    return (
        build_figure_cell(before, CellStyle.FIGURE, decimals=decimals),
        build_figure_cell(after, CellStyle.FIGURE, decimals=decimals),
        build_figure_cell(less, CellStyle.FIGURE, decimals=decimals, formula=live),
    )


def _build_total_row(
    inputs: _CityOpinionInputs, measure: tuple[str, str], amounts: AmountPair, span: tuple[int, int]
) -> CellRow:
    decimals, words = inputs.figures.get_decimals(measure[0], AmountKind.DONE), inputs.messages
    before, after = amounts
    less = before - after if before is not None and after is not None else None
    values = zip("CDE", (before, after, less), strict=True)
    return (
        build_text_cell(words("filing.total"), CellStyle.TOTAL_TEXT),
        build_text_cell(measure[1], CellStyle.TOTAL_TEXT),
        *(
            build_figure_cell(
                value,
                CellStyle.TOTAL_FIGURE,
                decimals=decimals,
                formula=None if value is None else f"=SUM({letter}{span[0]}:{letter}{span[1]})",
            )
            for letter, value in values
        ),
        build_text_cell("", CellStyle.TOTAL_TEXT),
    )


def _format_decision_number(inputs: _CityOpinionInputs, county: IncludedCounty) -> str:
    decision = find_decision_at_level(inputs.context, county, 1)
    return str(decision.facts.get("number") or "") if decision else inputs.messages("filing.not_applicable")
