"""The register of filings: number, documents, both accounted quantities, and the digest of the file that was filed."""

from contracts.messages import Wording
from filing.book.cell_builders import Row, day_of, figure, say_date, text
from filing.book.workbook_model import Look, Sheet
from filing.context.accounts import Accounts, Kind
from filing.context.filing_context import COUNTY, CountedCounty, FilingScene
from filing.context.links import filing_of
from filing.sheets.numbered_list import list_sheet
from review.events import Event

BEFORE = ("serial", "receipt", "city", "county", "report_number", "opinion_number", "filing_number")
AFTER = ("filed_on", "state", "sha256")
BEFORE_WIDTHS = (5.5, 15.0, 10.0, 14.0, 17.0, 17.0, 17.0)
AFTER_WIDTHS = (13.0, 8.0, 22.0)
AMOUNT = 12.0


def register_of(scene: FilingScene, accounts: Accounts, words: Wording) -> Sheet:
    """Return the register, a line a filed county."""
    columns = (*BEFORE, *accounts.measures, *AFTER)
    widths = (*BEFORE_WIDTHS, *(AMOUNT for _ in accounts.measures), *AFTER_WIDTHS)
    rows = [_row(scene, one, accounts, words) for one in scene.filed]
    named = {
        one: words("filing.register.done", measure=name, unit=accounts.unit) for one, name in accounts.measures.items()
    }
    return list_sheet(scene, "register", (columns, widths, rows), ("digest", "receipt"), words, named=named)


def decision_of(scene: FilingScene, county: CountedCounty, level: int) -> Event | None:
    """Return the decision by which the filed version left a level (0 is the first), counted on the straight road."""
    wanted = scene.procedure.levels[level].id
    newest = county.standing.newest
    onward = {one.id for one in scene.procedure.actions if one.level == wanted and one.verb == "approve"}
    found = [
        one
        for one in county.standing.decisions
        if one.level == wanted and one.action in onward and newest is not None and one.sha256 == newest.sha256
    ]
    return found[-1] if found else None


def _row(scene: FilingScene, county: CountedCounty, accounts: Accounts, words: Wording) -> Row:
    dash = words("filing.not_applicable")
    decisions = [decision_of(scene, county, level) for level in range(len(scene.procedure.levels))]
    numbers = [str(one.facts.get("number") or dash) if one else dash for one in decisions]
    filed = decisions[-1]
    account = accounts.of[county.due.code]
    done = [
        figure(account.total(one, Kind.DONE), Look.FIGURE, decimals=accounts.decimals(one, Kind.DONE))
        for one in accounts.measures
    ]
    newest = county.standing.newest
    on = say_date(str(filed.facts.get("date") or ""), words) if filed else dash
    leads = None if scene.whose.kind == COUNTY else filing_of(scene, county, words)
    return (
        text(county.receipt.number if county.receipt else dash),
        text(scene.city(county.due)),
        text(county.due.name, source=leads),
        *(text(one) for one in numbers[:3]),
        *done,
        text(on or (say_date(day_of(county.receipt.at), words) if county.receipt else dash), Look.CENTRE),
        text(scene.procedure.states.get(county.standing.state, county.standing.state), Look.CENTRE),
        text(newest.sha256 if newest else dash, Look.HASH),
    )
