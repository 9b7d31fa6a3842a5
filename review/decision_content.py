"""What a decision says beyond its state: points of a return, answers, waivers, explanations, reductions."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from checks.versions.explanations import fault_of
from contracts.procedures import Effect, Need
from review.decision_points import Point, points_to_json, read_points
from review.decision_rules import answered_points, open_points
from review.events import JsonValue
from review.proposal import Bench, Case, Denial, Proposal, read_day

Facts = dict[str, JsonValue]


def substance(bench: Bench, proposal: Proposal, case: Case) -> Facts | Denial:
    """Return the facts to record with a decision, or why its points cannot stand."""
    teller = _TELLERS.get(case.action.effect)
    points = read_points(proposal.points)
    if teller is not None:
        return teller(bench, proposal, points)
    if Need.ANSWERS in case.action.needs and (asked := open_points(bench)):
        given = answered_points(proposal, len(asked))
        return {"answers": [{"number": number, "text": text} for number, text in sorted(given.items())]}
    return {"points": points_to_json(points)} if points else {}


def _bad(proposal: Proposal, point: Point, code: str = "bad_point", **facts: str) -> Denial:
    return Denial(code, {"county": proposal.county, "number": str(point.number), "text": point.text, **facts})


def _returned(_: Bench, proposal: Proposal, points: tuple[Point, ...]) -> Facts | Denial:
    return {"points": points_to_json(points or read_points(proposal.opinion))}


def _explained(bench: Bench, proposal: Proposal, points: tuple[Point, ...]) -> Facts | Denial:
    said: list[JsonValue] = []
    for point in points:
        if not point.rule:
            return _bad(proposal, point)
        if fault_of(point.text, bench.policy):
            return _bad(proposal, point, "thin_explanation", least=str(bench.policy.least))
        said.append({"rule": point.rule, "text": point.text})
    return {"explanations": said}


def _waived(_: Bench, proposal: Proposal, points: tuple[Point, ...]) -> Facts | Denial:
    waived: list[JsonValue] = []
    for point in points:
        first, reason = point.parted()
        until = read_day(first)
        if not point.rule or until is None or not reason:
            return _bad(proposal, point, "bad_waiver")
        waived.append({"rule": point.rule, "until": until.isoformat(), "reason": reason})
    return {"waivers": waived}


def _reduced(bench: Bench, proposal: Proposal, points: tuple[Point, ...]) -> Facts | Denial:
    figures = _current_figures(bench)
    reduced: list[JsonValue] = []
    for point in points:
        place = _place_of(point, figures)
        first, reason = point.parted()
        after = _amount(first)
        if after is None or not reason:
            return _bad(proposal, point, "bad_reduction")
        if place is None:
            sheets = "、".join(f"“{one}”" for one in dict.fromkeys(sheet for sheet, _ in figures))
            return _bad(proposal, point, "no_such_figure", target=point.target, sheets=sheets)
        before = figures[place]
        if not 0 <= after < Decimal(before):
            return _bad(proposal, point, "not_reduced", before=before)
        figures[place] = first
        facts = {"before": before, "after": first, "reason": reason}
        reduced.append({"sheet": place[0], "cell": place[1], **facts})
    return {"reductions": reduced}


def _current_figures(bench: Bench) -> dict[tuple[str, str], str]:
    """Return the reported figures as earlier reductions of the same version left them."""
    sha256 = bench.standing.newest.sha256 if bench.standing.newest else ""
    figures = dict(bench.figures)
    return figures | {(one.sheet, one.cell): one.after for one in bench.standing.reductions if one.sha256 == sha256}


def _place_of(point: Point, figures: Mapping[tuple[str, str], str]) -> tuple[str, str] | None:
    """Find the one figure that a point names; a cell without its sheet will do where only one sheet has it."""
    if point.place is None:
        return None
    sheet, cell = point.place
    found = [one for one in figures if one[1] == cell and sheet in ("", one[0])]
    return found[0] if len(found) == 1 else None


def _amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


_TELLERS: Mapping[Effect, Callable[[Bench, Proposal, tuple[Point, ...]], Facts | Denial]] = {
    Effect.RETURN: _returned,
    Effect.EXPLAIN: _explained,
    Effect.WAIVE: _waived,
    Effect.REDUCE: _reduced,
}
