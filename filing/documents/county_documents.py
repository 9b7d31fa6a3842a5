"""Documents to be signed: the county's report, the city's opinion, the receipt; A4, their figures filled in."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from checks.model.finding import Severity
from contracts.messages import Wording
from filing.book.cell_builders import Row, clean, figure, rate_of, say_date, text
from filing.book.document_sheet import MOST_OPINION, WIDTHS, Document, document_sheet
from filing.book.workbook_model import Look, Sheet
from filing.context.accounts import Accounts, Kind, account_of
from filing.context.decision_text import say_decision
from filing.context.filing_context import CountedCounty, FilingScene
from filing.sheets.register import decision_of
from review.events import Event


def report_of(scene: FilingScene, county: CountedCounty, accounts: Accounts, words: Wording) -> Sheet:
    """Return the county's annual accounting report."""
    facts = _facts(scene, county, words)
    newest = county.standing.newest
    submitted = decision_of(scene, county, 0)
    counts = {one.value: county.report.count(one) for one in Severity}
    allowed = [len(county.standing.waivers), len(county.standing.reductions)]
    body = [
        words("filing.report.ground", **facts, basis=scene.procedure.basis, file=clean(newest.name if newest else "")),
        words("filing.report.results"),
        *_results(county, accounts, words),
        words("filing.report.checked", **counts, explained=county.report.explained, waived=allowed[0], cut=allowed[1]),
        words("filing.report.attached"),
    ]
    return document_sheet(
        Document(
            name="report",
            title=words("filing.document.report", **facts),
            number=_number(submitted, words),
            body=body,
            signers=("compiled", "responsible", "checked", "filled"),
            signed=(
                scene.unit_of(scene.procedure.levels[0].id, county.due.code, county.due.name),
                _day(submitted, words),
            ),
        ),
        words,
    )


def opinion_of(scene: FilingScene, county: CountedCounty, accounts: Accounts, words: Wording) -> Sheet:
    """Return the city's opinion on one county, with what was reported, reviewed and set lower."""
    facts = _facts(scene, county, words)
    decision = decision_of(scene, county, 1)
    city = scene.unit_of(scene.procedure.levels[1].id, county.due.city, scene.city(county.due))
    said = say_decision(decision, words) if decision else words("filing.not_applicable")
    action = scene.procedure.action(decision.level, decision.action) if decision else None
    conclusion = action.name if action else words("filing.not_applicable")
    body = [
        words("filing.opinion.ground", **facts, basis=scene.procedure.basis, unit=city),
        words("filing.opinion.conclusion", conclusion=conclusion, opinion=clean(said)[:MOST_OPINION]),
        words("filing.opinion.figures", unit=accounts.unit),
    ]
    return document_sheet(
        Document(
            name="opinion",
            title=words("filing.document.opinion", **facts),
            number=_number(decision, words),
            body=body,
            table=_reviewed(scene, county, accounts, words),
            signers=("reviewing", "responsible", "reviewer", "date"),
            signed=(city, _day(decision, words)),
        ),
        words,
    )


def receipt_of(scene: FilingScene, county: CountedCounty, accounts: Accounts, words: Wording) -> Sheet:
    """Return the receipt that the county's steward gets."""
    facts = _facts(scene, county, words)
    filed, receipt, newest = decision_of(scene, county, -1), county.receipt, county.standing.newest
    if receipt is None or newest is None:
        raise ValueError(f"{county.due.code}: a receipt needs a filed version and its number")
    last = scene.procedure.levels[-1].id
    unit = scene.unit_of(last, scene.roster.province[0], scene.roster.province[1])
    number = str(filed.facts.get("number") or "") if filed else ""
    pairs = {
        "number": receipt.number,
        "version": words("filing.version", version=newest.number),
        "file": clean(newest.name),
        "sha256": newest.sha256,
        "filing_number": number or words("filing.not_applicable"),
        "entry": words("filing.receipt.at_entry", sequence=receipt.sequence, digest=receipt.digest),
        "contracts": county.report.contracts,
        "key": scene.key or words("filing.not_applicable"),
    }
    hashed = {"sha256", "entry", "contracts", "key"}
    rows = [
        (
            text(words(f"filing.receipt.{name}"), Look.HEADER),
            text(value, Look.HASH if name in hashed else Look.TEXT, span=len(WIDTHS) - 1),
        )
        for name, value in pairs.items()
    ]
    body = [words("filing.receipt.ground", **facts, province=unit), *_results(county, accounts, words)]
    return document_sheet(
        Document(
            name="receipt",
            title=words("filing.document.receipt", **facts),
            number=words("filing.document.number", number=receipt.number),
            body=body,
            table=rows,
            after=(words("filing.receipt.keep"),),
            signed=(unit, _day(filed, words)),
        ),
        words,
    )


def _facts(scene: FilingScene, county: CountedCounty, words: Wording) -> dict[str, object]:
    newest = county.standing.newest
    return {
        "county": county.due.name,
        "code": county.due.code,
        "city": scene.city(county.due),
        "year": scene.roster.year,
        "version": newest.number if newest else words("filing.not_applicable"),
        "sha256": newest.sha256 if newest else "",
        "procedure": scene.procedure.name,
    }


def _number(decision: Event | None, words: Wording) -> str:
    number = str(decision.facts.get("number") or "") if decision else ""
    return number or words("filing.document.unnumbered")


def _day(decision: Event | None, words: Wording) -> str:
    said = str(decision.facts.get("date") or "") if decision else ""
    return say_date(said, words) if said else words("filing.cover.blank_date")


def _results(county: CountedCounty, accounts: Accounts, words: Wording) -> Iterable[str]:
    account = accounts.of[county.due.code]
    for measure, name in accounts.measures.items():
        if not account.has(measure):
            continue
        planned, done, whole = (account.total(measure, key) for key in (accounts.year, Kind.DONE, Kind.WHOLE))
        rate = rate_of(done, planned)
        said = {
            "measure": name,
            "done": _say(done, accounts.decimals(measure, Kind.DONE), accounts.unit, words),
            "planned": _say(planned, accounts.decimals(measure, accounts.year), accounts.unit, words),
            "whole": _say(whole, accounts.decimals(measure, Kind.WHOLE), accounts.unit, words),
            "rate": f"{rate * 100:.2f}%" if rate is not None else words("filing.not_applicable"),
        }
        yield words("filing.report.measure", **said)


def _say(amount: Decimal | None, decimals: int, unit: str, words: Wording) -> str:
    if amount is None:
        return words("filing.report.unknown")
    return words("filing.report.amount", amount=f"{amount:.{decimals}f}", unit=unit)


def _reviewed(scene: FilingScene, county: CountedCounty, accounts: Accounts, words: Wording) -> list[Row]:
    """What the county reported, what the city reviewed, and the difference."""
    reported = account_of(
        replace(county, report=county.reported or county.report), tuple(accounts.measures), scene.exhibits.targets
    )
    rows = [tuple(text(words(f"filing.opinion.{one}"), Look.HEADER) for one in ("item", "reported", "reviewed", "cut"))]
    return [
        *rows,
        *(
            _difference(
                name,
                (reported.total(one, Kind.DONE), accounts.of[county.due.code].total(one, Kind.DONE)),
                accounts.decimals(one, Kind.DONE),
            )
            for one, name in accounts.measures.items()
            if reported.has(one)
        ),
    ]


def _difference(name: str, amounts: tuple[Decimal | None, Decimal | None], decimals: int) -> Row:
    before, after = amounts
    less = before - after if before is not None and after is not None else None
    return (
        text(name),
        figure(before, Look.FIGURE, decimals=decimals),
        figure(after, Look.FIGURE, decimals=decimals),
        # typed: a document's row has no fixed place, and its figures never change after it is signed
        figure(less, Look.FIGURE, decimals=decimals),
    )
