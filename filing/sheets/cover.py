"""The cover of a filing: what it is, whose, who filed and who has not, what it rests on, where to sign."""

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, clean_text, format_date, get_local_date
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import CITY, COUNTY, PROVINCE, FilingContext, IncludedCounty
from filing.context.links import quote_sheet
from filing.context.seal_status import format_city_seals, format_seal_status
from filing.sheets.decisions_and_versions import format_state

COLUMN_WIDTHS = (20.0, 30.0, 30.0)
SEAL_BOX_HEIGHT = 64.0
_MAX_MISSING_ON_ONE_PAGE = 12  # counties missing whose names still stand on the first page without making it small
_SIGNING_LEVELS = {PROVINCE: (-1,), CITY: (1,), COUNTY: (0, 1, -1)}  # which levels sign and seal


def build_cover_sheet(context: FilingContext, sheets: tuple[tuple[str, str], ...], messages: Messages) -> FilingSheet:
    """Return the cover; *sheets* is what follows it: the number and the name of each."""
    rows: list[CellRow] = [
        (),
        (build_text_cell(_format_title_lines(context, messages), CellStyle.TITLE, span=len(COLUMN_WIDTHS)),),
        (),
    ]
    rows += (
        _build_county_fact_rows(context, messages)
        if context.owner.kind == COUNTY
        else _build_fact_rows(context, messages)
    )
    rows += _build_digest_rows(context, messages)
    rows.append(())
    seals = _build_signature_rows(context, messages)
    boxes = {len(rows) + at: SEAL_BOX_HEIGHT for at in range(2, 2 * len(_SIGNING_LEVELS[context.owner.kind]) + 1, 2)}
    rows += [*seals, ()]
    # below the seals, because it may run on to a second page, and the seal belongs on the first
    rows += _build_contents_rows(sheets, messages)
    rows += _build_missing_rows(context, messages)
    return FilingSheet(
        name=messages("filing.sheet.cover"),
        rows=tuple(rows),
        widths=COLUMN_WIDTHS,
        row_heights={1: 24.0, 3: 20.0, **boxes},
        is_one_page=context.owner.kind != PROVINCE or len(context.missing_counties) <= _MAX_MISSING_ON_ONE_PAGE,
    )


def format_filing_title(context: FilingContext, messages: Messages) -> str:
    """Return the title of the filing in one line; it is a stage of one as long as somebody is missing."""
    return clean_text(_format_title_lines(context, messages).replace("\n", ""))


def _format_title_lines(context: FilingContext, messages: Messages) -> str:
    """Return the title in the lines in which a cover sets it."""
    whose = context.owner
    facts = {"province": whose.name, "year": context.roster.year, "procedure": context.procedure.name}
    title = messages(f"filing.title.cover_{whose.kind}", **facts)
    return messages("filing.title.interim", title=title) if context.missing_counties else title


def _build_fact_rows(context: FilingContext, messages: Messages) -> list[CellRow]:
    missing = len(context.missing_counties)
    stage = messages(f"filing.cover.{'interim' if missing else 'complete'}_{context.missing_status}", count=missing)
    reviewed = {"reviewed": messages("filing.cover.counties", count=len(context.included_counties))}
    facts = {
        "unit" if context.owner.kind == PROVINCE else "reviewing_unit": context.responsible_unit,
        "year": messages("filing.year", year=context.roster.year),
        "due": messages("filing.cover.counties", count=len(context.due_counties)),
        **(reviewed if context.owner.kind == CITY else {}),
        "filed": messages("filing.cover.counties", count=len(context.filed_counties)),
        context.missing_status: messages("filing.cover.counties", count=missing),
        "stage": stage,
        "sealing": format_seal_status(context, messages),
        "as_of": format_date(get_local_date(context.as_of), messages),
        "basis": context.procedure.basis,
    }
    if context.owner.kind == PROVINCE:
        facts["sealed_cities"] = format_city_seals(context, messages)
    if context.excused_codes:
        facts["excused"] = messages("filing.cover.counties", count=len(context.excused_codes))
    shaken = [_format_outdated_years(one, messages) for one in context.counties_in_order if one.outdated_years]
    if shaken:
        facts["shaken"] = messages("filing.separator").join(shaken)
    return [
        _build_label_row(messages(f"filing.cover.{name}"), build_text_cell(value, CellStyle.VALUE, span=2))
        for name, value in facts.items()
    ]


def _build_county_fact_rows(context: FilingContext, messages: Messages) -> list[CellRow]:
    county = context.counties_in_order[0]
    newest = county.county_state.newest_version
    levels, city = context.procedure.levels, context.get_city_name(county.due_county)
    facts = {
        "compiling_unit": context.responsible_unit,
        "reviewing_unit": context.find_unit(levels[1].id, county.due_county.city, city),
        "unit": context.find_unit(levels[-1].id, *context.roster.province),
        "year": messages("filing.year", year=context.roster.year),
        "area": messages("filing.cover.area_of", city=city, county=county.due_county.name, code=county.due_county.code),
        "state": format_state(context, county.county_state),
        "version": messages("filing.version", version=newest.number if newest else messages("filing.not_applicable")),
        "file": clean_text(newest.name) if newest else "",
        "as_of": format_date(get_local_date(context.as_of), messages),
        "basis": context.procedure.basis,
    }
    if county.receipt:
        facts["receipt"] = county.receipt.number
    if county.outdated_years:
        facts["shaken"] = _format_outdated_years(county, messages)
    rows = [
        _build_label_row(messages(f"filing.cover.{name}"), build_text_cell(value, CellStyle.VALUE, span=2))
        for name, value in facts.items()
    ]
    if newest:
        rows.append(
            _build_label_row(messages("filing.cover.sha256"), build_text_cell(newest.sha256, CellStyle.HASH, span=2))
        )
    return rows


def _format_outdated_years(county: IncludedCounty, messages: Messages) -> str:
    years = messages("filing.separator").join(messages("filing.year", year=one) for one in county.outdated_years)
    return messages("filing.cover.one_shaken", county=county.due_county.name, years=years)


def _build_digest_rows(context: FilingContext, messages: Messages) -> list[CellRow]:
    facts = {"contracts": context.contracts_version, "head": context.ledger_head}
    if context.key_fingerprint:
        facts["key"] = context.key_fingerprint
    return [
        _build_label_row(messages(f"filing.cover.{name}"), build_text_cell(value, CellStyle.HASH, span=2))
        for name, value in facts.items()
    ]


def _build_label_row(label: str, value: Cell) -> CellRow:
    return (build_text_cell(label, CellStyle.LABEL), value)


def _build_missing_rows(context: FilingContext, messages: Messages) -> list[CellRow]:
    """List who is missing, a line a city, each county with its state."""
    cities: dict[str, list[str]] = {}
    for due, standing in context.missing_counties:
        said = messages("filing.cover.one_open", county=due.name, state=format_state(context, standing))
        cities.setdefault(context.get_city_name(due), []).append(said)
    listed = [
        _build_label_row(
            messages(f"filing.cover.{context.missing_status}_in", city=city),
            build_text_cell(messages("filing.separator").join(said), CellStyle.VALUE, span=2),
        )
        for city, said in cities.items()
    ]
    return [(), *listed] if listed else []


def _build_contents_rows(sheets: tuple[tuple[str, str], ...], messages: Messages) -> list[CellRow]:
    heading = (build_text_cell(messages("filing.cover.contents"), CellStyle.HEADER, span=len(COLUMN_WIDTHS)),)
    return [
        heading,
        *(
            _build_label_row(number, build_text_cell(name, CellStyle.VALUE, span=2, link=f"{quote_sheet(name)}!A1"))
            for number, name in sheets
        ),
    ]


def _build_signature_rows(context: FilingContext, messages: Messages) -> list[CellRow]:
    """Return a row of headings and a row of boxes for each level that signs."""
    rows: list[CellRow] = []
    kinds = (COUNTY, CITY, PROVINCE)
    for level in _SIGNING_LEVELS[context.owner.kind]:
        names = (f"seal_{kinds[level]}", "officer", "date")
        rows.append(tuple(build_text_cell(messages(f"filing.cover.sign_{one}"), CellStyle.HEADER) for one in names))
        blanks = ("seal", "officer", "date")
        rows.append(tuple(build_text_cell(messages(f"filing.cover.blank_{one}"), CellStyle.CENTRE) for one in blanks))
    return rows
