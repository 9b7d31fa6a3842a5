"""The status of roll-ups: whether that of a city or the province is sealed, and since which ledger entry."""

from contracts.messages import Messages
from filing.book.cell_builders import format_date, get_local_date
from filing.context.decision_text import get_decision_fact
from filing.context.filing_context import FilingContext


def format_seal_status(context: FilingContext, messages: Messages) -> str:
    """Return the status of the roll-up of the owner's area: when it was sealed or unsealed, or that it never was."""
    seal = context.seal
    if seal is None:
        return messages("filing.sealing.interim" if context.missing_counties else "filing.sealing.open")
    facts = {
        "date": format_date(get_local_date(seal.recorded_at), messages),
        "sequence": seal.sequence,
        "number": get_decision_fact(seal.event, "number") or messages("filing.not_applicable"),
    }
    return messages("filing.sealing.sealed" if seal.is_sealed else "filing.sealing.opened", **facts)


def format_city_seals(context: FilingContext, messages: Messages) -> str:
    """Return how many of the province's cities have sealed their roll-ups, and the names of those that have not."""
    cities = dict.fromkeys(county.city for county in context.due_counties)
    open_cities = [city for city in cities if not _is_sealed_by_city(context, city)]
    facts = {"count": len(cities), "sealed": len(cities) - len(open_cities)}
    if not open_cities:
        return messages("filing.sealing.cities", **facts)
    names = messages("filing.separator").join(context.roster.cities.get(city, city) for city in open_cities)
    return messages("filing.sealing.cities_open", **facts, names=names)


def _is_sealed_by_city(context: FilingContext, city: str) -> bool:
    level = context.procedure.levels[1].id
    seal = context.seals.get((level, city))
    return seal is not None and seal.is_sealed
