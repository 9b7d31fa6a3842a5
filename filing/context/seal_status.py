"""Whether the roll-up of a city or the province is sealed, and since when by the ledger."""

from contracts.messages import Wording
from filing.book.cell_builders import day_of, say_date
from filing.context.filing_context import FilingScene


def say_sealing(scene: FilingScene, words: Wording) -> str:
    """Say how the roll-up of the scene's area stands: sealed since, opened since, or never sealed."""
    seal = scene.sealing
    if seal is None:
        return words("filing.sealing.interim" if scene.missing else "filing.sealing.open")
    facts = {
        "date": say_date(day_of(seal.at), words),
        "sequence": seal.sequence,
        "number": str(seal.event.facts.get("number") or words("filing.not_applicable")),
    }
    return words("filing.sealing.sealed" if seal.sealed else "filing.sealing.opened", **facts)


def say_sealed_cities(scene: FilingScene, words: Wording) -> str:
    """Say how many of the province's cities have sealed their roll-ups, and which have not."""
    level = scene.procedure.levels[1].id
    cities = dict.fromkeys(one.city for one in scene.due)
    still = [one for one in cities if not (found := scene.sealings.get((level, one))) or not found.sealed]
    facts = {"count": len(cities), "sealed": len(cities) - len(still)}
    if not still:
        return words("filing.sealing.cities", **facts)
    names = words("filing.separator").join(scene.roster.cities.get(one, one) for one in still)
    return words("filing.sealing.cities_open", **facts, names=names)
