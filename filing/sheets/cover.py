"""The cover of a filing: its title and facts, the counties filed and missing, the digests, and boxes for signatures."""

from collections.abc import Iterator, Mapping

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, clean_text, format_date, get_local_date
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.ended_notice import format_ended_notice, mark_ended_title
from filing.context.filing_context import CITY, COUNTY, PROVINCE, FilingContext, IncludedCounty
from filing.context.headings import build_headings, list_headings
from filing.context.links import quote_sheet
from filing.context.seal_status import format_city_seals, format_seal_status
from filing.sheets.decisions_and_versions import format_state

COLUMN_WIDTHS = (20.0, 30.0, 30.0)
SEAL_BOX_HEIGHT = 64.0
# so many names of missing counties fit on the first page in print of normal size
_MAX_MISSING_ON_ONE_PAGE = 12
_RESPONSIBLE_UNIT_KEYS = {PROVINCE: "unit", CITY: "reviewing_unit"}
# indices of the levels that sign and seal
_SIGNING_LEVELS = {PROVINCE: (-1,), CITY: (1,), COUNTY: (0, 1, -1)}


def build_cover_sheet(context: FilingContext, sheets: tuple[tuple[str, str], ...], messages: Messages) -> FilingSheet:
    """Return the cover; *sheets* are the number and the name of each sheet that follows."""
    rows: list[CellRow] = [
        (),
        (build_text_cell(_format_title_lines(context, messages), CellStyle.TITLE, span=len(COLUMN_WIDTHS)),),
        (),
        *_build_fact_rows(context, messages),
        *_build_digest_rows(context, messages),
        (),
    ]
    signature_rows = list(_build_signature_rows(context, messages))
    # each second row has the boxes for the seals
    box_rows = range(len(rows) + 2, len(rows) + len(signature_rows) + 1, 2)
    rows += [*signature_rows, ()]
    # below the seals: the contents may continue on a second page, but the seals belong on the first
    rows += _build_contents_rows(sheets, messages)
    rows += _build_missing_rows(context, messages)
    return FilingSheet(
        name=messages("filing.sheet.cover"),
        rows=tuple(rows),
        widths=COLUMN_WIDTHS,
        row_heights={1: 24.0, 3: 20.0, **dict.fromkeys(box_rows, SEAL_BOX_HEIGHT)},
        is_one_page=context.owner.kind != PROVINCE or len(context.missing_counties) <= _MAX_MISSING_ON_ONE_PAGE,
    )


def format_filing_title(context: FilingContext, messages: Messages) -> str:
    """Return the title of the filing on one line, marked 阶段性 (interim) while any county is missing."""
    return clean_text(_format_title_lines(context, messages).replace("\n", ""))


def _format_title_lines(context: FilingContext, messages: Messages) -> str:
    """Return the title with the line breaks of the cover."""
    owner = context.owner
    facts = {"province": owner.name, "year": context.roster.year, "procedure": context.procedure.name}
    title = mark_ended_title(context, messages(f"filing.title.cover_{owner.kind}", **facts), messages)
    if not context.missing_counties:
        return title
    return messages("filing.title.interim", title=title)


def _build_fact_rows(context: FilingContext, messages: Messages) -> Iterator[CellRow]:
    if context.owner.kind == COUNTY:
        return _build_county_fact_rows(context, messages)
    facts = _collect_area_facts(context, messages)
    return _build_label_rows(facts, CellStyle.VALUE, messages)


def _collect_area_facts(context: FilingContext, messages: Messages) -> dict[str, str]:
    """Return the facts of a city's or the province's filing in the order of the cover."""
    facts = {
        _RESPONSIBLE_UNIT_KEYS[context.owner.kind]: context.responsible_unit,
        "year": messages("filing.year", year=context.roster.year),
        **_count_counties(context, messages),
        "stage": _format_stage(context, messages),
        "sealing": format_seal_status(context, messages),
        "as_of": format_date(get_local_date(context.as_of), messages),
        "basis": context.procedure.basis,
    }
    if context.owner.kind == PROVINCE:
        facts["sealed_cities"] = format_city_seals(context, messages)
    if context.excused_codes:
        facts["excused"] = messages("filing.cover.counties", count=len(context.excused_codes))
    outdated = [county for county in context.counties_in_order if county.outdated_years]
    if outdated:
        texts = (_format_outdated_years(county, messages) for county in outdated)
        facts["shaken"] = messages("filing.separator").join(texts)
    if context.roster.is_entered_afterwards:
        facts["entered"] = messages("filing.cover.entered_afterwards")
    return {**facts, **_collect_gap_facts(context, messages)}


def _collect_gap_facts(context: FilingContext, messages: Messages) -> dict[str, str]:
    """Return the counties that fell out since last year; no facts if there are none."""
    facts: dict[str, str] = {}
    gaps, separator = context.roster_gaps, messages("filing.separator")
    year = messages("filing.year", year=gaps.prior_year)
    if gaps.dropped_counties:
        names = separator.join(county.name for county in gaps.dropped_counties)
        facts["dropped"] = messages("filing.cover.dropped_counties", year=year, names=names)
    unfiled_names = [county.name for county in context.due_counties if county.code in gaps.unfiled_codes]
    if unfiled_names:
        facts["unfiled"] = messages("filing.cover.unfiled_counties", year=year, names=separator.join(unfiled_names))
    return facts


def _count_counties(context: FilingContext, messages: Messages) -> dict[str, str]:
    counts = {"due": len(context.due_counties)}
    if context.owner.kind == CITY:
        counts["reviewed"] = len(context.included_counties)
    counts["filed"] = len(context.filed_counties)
    counts[context.missing_status] = len(context.missing_counties)
    return {key: messages("filing.cover.counties", count=count) for key, count in counts.items()}


def _format_stage(context: FilingContext, messages: Messages) -> str:
    missing_count = len(context.missing_counties)
    stage = "interim" if missing_count else "complete"
    return messages(f"filing.cover.{stage}_{context.missing_status}", count=missing_count)


def _build_county_fact_rows(context: FilingContext, messages: Messages) -> Iterator[CellRow]:
    facts = _collect_county_facts(context, messages)
    yield from _build_label_rows(facts, CellStyle.VALUE, messages)
    sha256 = context.counties_in_order[0].county_state.newest_sha256
    if sha256:
        yield from _build_label_rows({"sha256": sha256}, CellStyle.HASH, messages)


def _collect_county_facts(context: FilingContext, messages: Messages) -> dict[str, str]:
    """Return the facts of a county's filing in the order of the cover."""
    county = context.counties_in_order[0]
    levels, city = context.procedure.levels, context.get_city_name(county.due_county)
    facts = {
        "compiling_unit": context.responsible_unit,
        "reviewing_unit": context.find_unit(levels[1].id, county.due_county.city, city),
        "unit": context.find_unit(levels[-1].id, *context.roster.province),
        "year": messages("filing.year", year=context.roster.year),
        "area": messages("filing.cover.area_of", city=city, county=county.due_county.name, code=county.due_county.code),
        "state": format_state(context, county.county_state),
        **_collect_version_facts(county, messages),
        "as_of": format_date(get_local_date(context.as_of), messages),
        "basis": context.procedure.basis,
    }
    if county.receipt:
        facts["receipt"] = county.receipt.number
    if county.outdated_years:
        facts["shaken"] = _format_outdated_years(county, messages)
    if context.ended:
        facts["ended"] = format_ended_notice(context.ended, messages).strip()
    if context.roster.is_entered_afterwards:
        facts["entered"] = messages("filing.cover.entered_afterwards")
    return {**facts, **_collect_gap_facts(context, messages)}


def _collect_version_facts(county: IncludedCounty, messages: Messages) -> dict[str, str]:
    newest = county.county_state.newest_version
    if newest is None:
        return {"version": messages("filing.version", version=messages("filing.not_applicable")), "file": ""}
    return {"version": messages("filing.version", version=newest.number), "file": clean_text(newest.name)}


def _format_outdated_years(county: IncludedCounty, messages: Messages) -> str:
    years = messages("filing.separator").join(messages("filing.year", year=year) for year in county.outdated_years)
    return messages("filing.cover.one_shaken", county=county.due_county.name, years=years)


def _build_digest_rows(context: FilingContext, messages: Messages) -> Iterator[CellRow]:
    digests = {"contracts": context.contracts_version, "head": context.ledger_head}
    if context.key_fingerprint:
        digests["key"] = context.key_fingerprint
    return _build_label_rows(digests, CellStyle.HASH, messages)


def _build_label_rows(facts: Mapping[str, str], style: CellStyle, messages: Messages) -> Iterator[CellRow]:
    for key, value in facts.items():
        yield _build_label_row(messages(f"filing.cover.{key}"), build_text_cell(value, style, span=2))


def _build_label_row(label: str, value: Cell) -> CellRow:
    return (build_text_cell(label, CellStyle.LABEL), value)


def _build_missing_rows(context: FilingContext, messages: Messages) -> Iterator[CellRow]:
    """List the missing counties with their states, one row for each city; nothing if none is missing."""
    counties_by_city: dict[str, list[str]] = {}
    for county, county_state in context.missing_counties:
        state = format_state(context, county_state)
        text = messages("filing.cover.one_open", county=county.name, state=state)
        counties_by_city.setdefault(context.get_city_name(county), []).append(text)
    if counties_by_city:
        yield ()
    for city, counties in counties_by_city.items():
        label = messages(f"filing.cover.{context.missing_status}_in", city=city)
        value = build_text_cell(messages("filing.separator").join(counties), CellStyle.VALUE, span=2)
        yield _build_label_row(label, value)


def _build_contents_rows(sheets: tuple[tuple[str, str], ...], messages: Messages) -> Iterator[CellRow]:
    yield (build_text_cell(messages("filing.cover.contents"), CellStyle.HEADER, span=len(COLUMN_WIDTHS)),)
    for number, name in sheets:
        yield _build_label_row(number, build_text_cell(name, CellStyle.VALUE, span=2, link=f"{quote_sheet(name)}!A1"))


def _build_signature_rows(context: FilingContext, messages: Messages) -> Iterator[CellRow]:
    """Return a row of headings and a row of boxes for each level that signs."""
    kinds = (COUNTY, CITY, PROVINCE)
    for level in _SIGNING_LEVELS[context.owner.kind]:
        yield build_headings(messages, "filing.cover", (f"sign_seal_{kinds[level]}", "sign_officer", "sign_date"))
        blanks = list_headings(messages, "filing.cover", ("blank_seal", "blank_officer", "blank_date"))
        yield tuple(build_text_cell(blank, CellStyle.CENTRE) for blank in blanks)
