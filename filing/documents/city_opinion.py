"""The city's opinion on its counties as one document: who was reviewed, what was reported, reviewed and set lower."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Wording
from filing.book.cell_builders import Row, clean, figure, say_date, text
from filing.book.document_sheet import LEAD, MOST_OPINION, Document, document_sheet
from filing.book.workbook_model import Look, Sheet
from filing.context.accounts import Account, Accounts, Kind, account_of
from filing.context.filing_context import CountedCounty, FilingScene
from filing.context.seal_status import say_sealing
from filing.sheets.register import decision_of
from review.rollup_seals import Sealing

WIDTHS = (13.0, 18.0, 12.0, 12.0, 8.0, 21.0)
COLUMNS = ("county", "item", "reported", "reviewed_figure", "cut", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    scene: FilingScene
    accounts: Accounts
    reported: Mapping[str, Account]
    words: Wording


def city_opinion_of(scene: FilingScene, accounts: Accounts, words: Wording) -> Sheet:
    """Return the opinion of the city whose scene it is, ready to be signed."""
    measures, targets = tuple(accounts.measures), scene.exhibits.targets
    as_sent = {one.due.code: replace(one, report=one.reported or one.report) for one in scene.in_order}
    reported = {code: account_of(one, measures, targets) for code, one in as_sent.items()}
    desk = _Desk(scene=scene, accounts=accounts, reported=reported, words=words)
    whose, seal = scene.whose, scene.sealing
    body = _body(desk)
    standings = [one.standing for one in scene.in_order]
    allowed = {
        "waived": sum(len(one.waivers) for one in standings),
        "cut": sum(len(one.reductions) for one in standings),
    }
    return document_sheet(
        Document(
            name="city_opinion",
            title=words("filing.document.city_opinion", city=whose.name, year=scene.roster.year),
            number=_fact(seal, "number") or words("filing.document.unnumbered"),
            body=body,
            table=_table(desk, LEAD + len(body) + 1),
            after=(words("filing.city_opinion.allowed", **allowed),),
            signers=("reviewing", "responsible", "reviewer"),
            signed=(scene.unit, say_date(_fact(seal, "date"), words) or words("filing.cover.blank_date")),
            widths=WIDTHS,
        ),
        words,
    )


def _body(desk: _Desk) -> list[str]:
    scene, words = desk.scene, desk.words
    said = _fact(scene.sealing, "opinion")
    facts = {
        "basis": scene.procedure.basis,
        "unit": scene.unit,
        "year": scene.roster.year,
        "procedure": scene.procedure.name,
        "due": len(scene.due),
    }
    opinion = words("filing.city_opinion.opinion", opinion=clean(said)[:MOST_OPINION])
    return [
        words("filing.city_opinion.ground", **facts),
        words("filing.city_opinion.standing", said="；".join(_standing(desk))),
        words("filing.city_opinion.stage", stage=say_sealing(scene, words)),
        opinion if said else words("filing.city_opinion.no_opinion"),
        words("filing.city_opinion.figures", unit=desk.accounts.unit),
    ]


def _standing(desk: _Desk) -> Iterable[str]:
    """Say how many counties are filed, reviewed, excused and still open, each that is not filed by name."""
    scene, words = desk.scene, desk.words
    filed = {one.due.code for one in scene.filed}
    yield words("filing.city_opinion.filed", count=len(filed))
    groups = {
        "reviewed": [one.due.name for one in scene.in_order if one.due.code not in filed],
        "excused": [one.name for one in scene.due if one.code in scene.excused],
        "open": [due.name for due, _ in scene.missing],
    }
    for key, names in groups.items():
        if names:
            listed = words("filing.separator").join(names)
            yield words(f"filing.city_opinion.{key}", count=len(names), names=listed)


def _fact(seal: Sealing | None, name: str) -> str:
    """Return what the decision that sealed the roll-up says; nothing while it is open."""
    return str(seal.event.facts.get(name) or "") if seal is not None and seal.sealed else ""


def _table(desk: _Desk, first: int) -> list[Row]:
    """Return a line a county and measure, measure by measure, each with its live sums."""
    rows: list[Row] = [tuple(text(desk.words(f"filing.city_opinion.{one}"), Look.HEADER) for one in COLUMNS)]
    for measure, name in desk.accounts.measures.items():
        counties = [one for one in desk.scene.in_order if desk.reported[one.due.code].has(measure)]
        if not counties:
            continue
        start = first + len(rows)
        lines = [_amounts(desk, measure, [one.due.code]) for one in counties]
        for county, amounts in zip(counties, lines, strict=True):
            cells = _figures(desk, measure, amounts, first + len(rows))
            rows.append((text(county.due.name), text(name), *cells, text(_number(desk, county))))
        totals = _amounts(desk, measure, [one.due.code for one in counties])
        rows.append(_total(desk, (measure, name), totals, (start, first + len(rows) - 1)))
    return rows


Amounts = tuple[Decimal | None, Decimal | None]


def _amounts(desk: _Desk, measure: str, codes: list[str]) -> Amounts:
    """Return what these counties reported together, and what was reviewed."""
    before = sum_known_amounts(desk.reported[one].total(measure, Kind.DONE) for one in codes)
    return before, sum_known_amounts(desk.accounts.of[one].total(measure, Kind.DONE) for one in codes)


def _figures(desk: _Desk, measure: str, amounts: Amounts, row: int) -> Row:
    decimals = desk.accounts.decimals(measure, Kind.DONE)
    before, after = amounts
    less = before - after if before is not None and after is not None else None
    live = f"=ROUND(C{row}-D{row},{decimals})" if less is not None else None
    return (
        figure(before, Look.FIGURE, decimals=decimals),
        figure(after, Look.FIGURE, decimals=decimals),
        figure(less, Look.FIGURE, decimals=decimals, formula=live),
    )


def _total(desk: _Desk, measure: tuple[str, str], amounts: Amounts, span: tuple[int, int]) -> Row:
    decimals, words = desk.accounts.decimals(measure[0], Kind.DONE), desk.words
    before, after = amounts
    less = before - after if before is not None and after is not None else None
    values = zip("CDE", (before, after, less), strict=True)
    return (
        text(words("filing.total"), Look.TOTAL_TEXT),
        text(measure[1], Look.TOTAL_TEXT),
        *(
            figure(
                value,
                Look.TOTAL_FIGURE,
                decimals=decimals,
                formula=None if value is None else f"=SUM({letter}{span[0]}:{letter}{span[1]})",
            )
            for letter, value in values
        ),
        text("", Look.TOTAL_TEXT),
    )


def _number(desk: _Desk, county: CountedCounty) -> str:
    decision = decision_of(desk.scene, county, 1)
    return str(decision.facts.get("number") or "") if decision else desk.words("filing.not_applicable")
