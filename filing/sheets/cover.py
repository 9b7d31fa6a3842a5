"""The cover of a filing: what it is, whose, who filed and who has not, what it rests on, where to sign."""

from contracts.messages import Wording
from filing.book.cell_builders import Row, clean, day_of, say_date, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.filing_context import CITY, COUNTY, PROVINCE, CountedCounty, FilingScene
from filing.context.links import quote_sheet
from filing.context.seal_status import say_sealed_cities, say_sealing
from filing.sheets.decisions_and_versions import say_state

WIDTHS = (20.0, 30.0, 30.0)
SEAL_HEIGHT = 64.0
_FEW = 12  # counties missing whose names still stand on the first page without making it small
_SEALED = {PROVINCE: (-1,), CITY: (1,), COUNTY: (0, 1, -1)}  # which levels sign and seal


def cover_of(scene: FilingScene, sheets: tuple[tuple[str, str], ...], words: Wording) -> Sheet:
    """Return the cover; *sheets* is what follows it: the number and the name of each."""
    rows: list[Row] = [(), (text(_title(scene, words), Look.TITLE, span=len(WIDTHS)),), ()]
    rows += _county_facts(scene, words) if scene.whose.kind == COUNTY else _facts(scene, words)
    rows += _ground(scene, words)
    rows.append(())
    seals = _signatures(scene, words)
    boxes = {len(rows) + at: SEAL_HEIGHT for at in range(2, 2 * len(_SEALED[scene.whose.kind]) + 1, 2)}
    rows += [*seals, ()]
    # below the seals, because it may run on to a second page, and the seal belongs on the first
    rows += _contents(sheets, words)
    rows += _missing(scene, words)
    return Sheet(
        name=words("filing.sheet.cover"),
        rows=tuple(rows),
        widths=WIDTHS,
        row_heights={1: 24.0, 3: 20.0, **boxes},
        one_page=scene.whose.kind != PROVINCE or len(scene.missing) <= _FEW,
    )


def title_of(scene: FilingScene, words: Wording) -> str:
    """Return the title of the filing in one line; it is a stage of one as long as somebody is missing."""
    return clean(_title(scene, words).replace("\n", ""))


def _title(scene: FilingScene, words: Wording) -> str:
    """Return the title in the lines in which a cover sets it."""
    whose = scene.whose
    facts = {"province": whose.name, "year": scene.roster.year, "procedure": scene.procedure.name}
    title = words(f"filing.title.cover_{whose.kind}", **facts)
    return words("filing.title.interim", title=title) if scene.missing else title


def _facts(scene: FilingScene, words: Wording) -> list[Row]:
    missing = len(scene.missing)
    stage = words(f"filing.cover.{'interim' if missing else 'complete'}_{scene.waiting}", count=missing)
    reviewed = {"reviewed": words("filing.cover.counties", count=len(scene.counted))}
    facts = {
        "unit" if scene.whose.kind == PROVINCE else "reviewing_unit": scene.unit,
        "year": words("filing.year", year=scene.roster.year),
        "due": words("filing.cover.counties", count=len(scene.due)),
        **(reviewed if scene.whose.kind == CITY else {}),
        "filed": words("filing.cover.counties", count=len(scene.filed)),
        scene.waiting: words("filing.cover.counties", count=missing),
        "stage": stage,
        "sealing": say_sealing(scene, words),
        "as_of": say_date(day_of(scene.as_of), words),
        "basis": scene.procedure.basis,
    }
    if scene.whose.kind == PROVINCE:
        facts["sealed_cities"] = say_sealed_cities(scene, words)
    if scene.excused:
        facts["excused"] = words("filing.cover.counties", count=len(scene.excused))
    shaken = [_say_shaken(one, words) for one in scene.in_order if one.shaken]
    if shaken:
        facts["shaken"] = words("filing.separator").join(shaken)
    return [_pair(words(f"filing.cover.{name}"), text(value, Look.VALUE, span=2)) for name, value in facts.items()]


def _county_facts(scene: FilingScene, words: Wording) -> list[Row]:
    county = scene.in_order[0]
    newest = county.standing.newest
    levels, city = scene.procedure.levels, scene.city(county.due)
    facts = {
        "compiling_unit": scene.unit,
        "reviewing_unit": scene.unit_of(levels[1].id, county.due.city, city),
        "unit": scene.unit_of(levels[-1].id, *scene.roster.province),
        "year": words("filing.year", year=scene.roster.year),
        "area": words("filing.cover.area_of", city=city, county=county.due.name, code=county.due.code),
        "state": say_state(scene, county.standing),
        "version": words("filing.version", version=newest.number if newest else words("filing.not_applicable")),
        "file": clean(newest.name) if newest else "",
        "as_of": say_date(day_of(scene.as_of), words),
        "basis": scene.procedure.basis,
    }
    if county.receipt:
        facts["receipt"] = county.receipt.number
    if county.shaken:
        facts["shaken"] = _say_shaken(county, words)
    rows = [_pair(words(f"filing.cover.{name}"), text(value, Look.VALUE, span=2)) for name, value in facts.items()]
    if newest:
        rows.append(_pair(words("filing.cover.sha256"), text(newest.sha256, Look.HASH, span=2)))
    return rows


def _say_shaken(county: CountedCounty, words: Wording) -> str:
    years = words("filing.separator").join(words("filing.year", year=one) for one in county.shaken)
    return words("filing.cover.one_shaken", county=county.due.name, years=years)


def _ground(scene: FilingScene, words: Wording) -> list[Row]:
    facts = {"contracts": scene.contracts, "head": scene.head}
    if scene.key:
        facts["key"] = scene.key
    return [_pair(words(f"filing.cover.{name}"), text(value, Look.HASH, span=2)) for name, value in facts.items()]


def _pair(label: str, value: Cell) -> Row:
    return (text(label, Look.LABEL), value)


def _missing(scene: FilingScene, words: Wording) -> list[Row]:
    """List who is missing, a line a city, each county with its state."""
    cities: dict[str, list[str]] = {}
    for due, standing in scene.missing:
        said = words("filing.cover.one_open", county=due.name, state=say_state(scene, standing))
        cities.setdefault(scene.city(due), []).append(said)
    listed = [
        _pair(
            words(f"filing.cover.{scene.waiting}_in", city=city),
            text(words("filing.separator").join(said), Look.VALUE, span=2),
        )
        for city, said in cities.items()
    ]
    return [(), *listed] if listed else []


def _contents(sheets: tuple[tuple[str, str], ...], words: Wording) -> list[Row]:
    heading = (text(words("filing.cover.contents"), Look.HEADER, span=len(WIDTHS)),)
    return [
        heading,
        *(_pair(number, text(name, Look.VALUE, span=2, link=f"{quote_sheet(name)}!A1")) for number, name in sheets),
    ]


def _signatures(scene: FilingScene, words: Wording) -> list[Row]:
    """Return a row of headings and a row of boxes for each level that signs."""
    rows: list[Row] = []
    kinds = (COUNTY, CITY, PROVINCE)
    for level in _SEALED[scene.whose.kind]:
        names = (f"seal_{kinds[level]}", "officer", "date")
        rows.append(tuple(text(words(f"filing.cover.sign_{one}"), Look.HEADER) for one in names))
        blanks = ("seal", "officer", "date")
        rows.append(tuple(text(words(f"filing.cover.blank_{one}"), Look.CENTRE) for one in blanks))
    return rows
