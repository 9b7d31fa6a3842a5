"""Whether the roll-up of a city or the province is sealed, and since when by the ledger."""

from contracts.messages import Messages
from filing.book.cell_builders import format_date, get_local_date
from filing.context.filing_context import FilingContext


def format_seal_status(context: FilingContext, messages: Messages) -> str:
    """Say how the roll-up of the scene's area stands: sealed since, opened since, or never sealed."""
    seal = context.seal
    if seal is None:
        return messages("filing.sealing.interim" if context.missing_counties else "filing.sealing.open")
    facts = {
        "date": format_date(get_local_date(seal.recorded_at), messages),
        "sequence": seal.sequence,
        "number": str(seal.event.facts.get("number") or messages("filing.not_applicable")),
    }
    return messages("filing.sealing.sealed" if seal.is_sealed else "filing.sealing.opened", **facts)


def format_city_seals(context: FilingContext, messages: Messages) -> str:
    """Say how many of the province's cities have sealed their roll-ups, and which have not."""
    level = context.procedure.levels[1].id
    cities = dict.fromkeys(one.city for one in context.due_counties)
    still = [one for one in cities if not (found := context.seals.get((level, one))) or not found.is_sealed]
    facts = {"count": len(cities), "sealed": len(cities) - len(still)}
    if not still:
        return messages("filing.sealing.cities", **facts)
    names = messages("filing.separator").join(context.roster.cities.get(one, one) for one in still)
    return messages("filing.sealing.cities_open", **facts, names=names)
