"""The cover of a filing: what it is, who filed and who has not, what it rests on, where to sign."""

from contracts.messages import Wording
from filing.book import Cell, Look, Sheet
from filing.cells import Row, day_of, say_date, text
from filing.record import say_state
from filing.rollup import quote_sheet
from filing.scene import FilingScene

WIDTHS = (20.0, 30.0, 30.0)
SEAL_HEIGHT = 64.0


def cover_of(scene: FilingScene, sheets: tuple[str, ...], words: Wording) -> Sheet:
    """Return the cover; *sheets* names what follows it, by the keys of their names."""
    rows: list[Row] = [(), (text(title_of(scene, words), Look.TITLE, span=len(WIDTHS)),), ()]
    rows += _facts(scene, words)
    rows += _contents(sheets, words)
    seal = len(rows) + 2
    rows += [(), *_signatures(words)]
    # last, because it may run on to a second page, and the seal belongs on the first
    rows += _missing(scene, words)
    return Sheet(
        name=words("filing.sheet.cover"),
        rows=tuple(rows),
        widths=WIDTHS,
        row_heights={1: 24.0, 3: 20.0, seal + 1: SEAL_HEIGHT},
    )


def title_of(scene: FilingScene, words: Wording) -> str:
    """Return the title of the filing; it is a stage of one as long as somebody is missing."""
    roster = scene.roster
    title = words("filing.title.cover", province=roster.province[1], year=roster.year, procedure=scene.procedure.name)
    return words("filing.title.interim", title=title) if scene.missing else title


def _facts(scene: FilingScene, words: Wording) -> list[Row]:
    missing = len(scene.missing)
    stage = words("filing.cover.interim", count=missing) if missing else words("filing.cover.complete")
    count = len(scene.filed)
    facts = {
        "unit": scene.unit,
        "year": words("filing.year", year=scene.roster.year),
        "due": words("filing.cover.counties", count=len(scene.due)),
        "filed": words("filing.cover.counties", count=count),
        "open": words("filing.cover.counties", count=missing),
        "stage": stage,
        "as_of": say_date(day_of(scene.as_of), words),
        "basis": scene.procedure.basis,
    }
    if scene.excused:
        facts["excused"] = words("filing.cover.counties", count=len(scene.excused))
    rows = [_pair(words(f"filing.cover.{name}"), text(value, Look.VALUE, span=2)) for name, value in facts.items()]
    rows.append(_pair(words("filing.cover.contracts"), text(scene.contracts, Look.HASH, span=2)))
    rows.append(_pair(words("filing.cover.head"), text(scene.head, Look.HASH, span=2)))
    return rows


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
            words("filing.cover.open_in", city=city),
            text(words("filing.separator").join(said), Look.VALUE, span=2),
        )
        for city, said in cities.items()
    ]
    return [(), *listed] if listed else []


def _contents(sheets: tuple[str, ...], words: Wording) -> list[Row]:
    rows: list[Row] = []
    for name in sheets:
        sheet = words(f"filing.sheet.{name}")
        rows.append(
            _pair(
                words(f"filing.number.{name}"),
                text(sheet, Look.VALUE, span=2, link=f"{quote_sheet(sheet)}!A1"),
            )
        )
    return rows


def _signatures(words: Wording) -> list[Row]:
    names = ("seal", "officer", "date")
    return [
        tuple(text(words(f"filing.cover.sign_{one}"), Look.HEADER) for one in names),
        tuple(text(words(f"filing.cover.blank_{one}"), Look.CENTRE) for one in names),
    ]
