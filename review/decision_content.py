"""What a decision says beyond its state: points of a return, answers, waivers, explanations, reductions."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from checks.versions.explanations import find_explanation_fault
from contracts.procedures import Effect, Precondition
from review.decision_points import DecisionPoint, encode_points, parse_points
from review.decision_rules import find_open_points, parse_answers
from review.events import JsonValue
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, parse_day

DecisionFacts = dict[str, JsonValue]


def build_decision_facts(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionFacts | DecisionRefusal:
    """Return the facts to record with a decision, or why its points cannot stand."""
    teller = _FACT_BUILDERS.get(resolved_action.action.effect)
    points = parse_points(proposal.points)
    if teller is not None:
        return teller(context, proposal, points)
    if Precondition.ANSWERS in resolved_action.action.preconditions and (asked := find_open_points(context)):
        given = parse_answers(proposal, len(asked))
        return {"answers": [{"number": number, "text": text} for number, text in sorted(given.items())]}
    return {"points": encode_points(points)} if points else {}


def _refuse_point(proposal: Proposal, point: DecisionPoint, code: str = "bad_point", **facts: str) -> DecisionRefusal:
    return DecisionRefusal(code, {"county": proposal.county, "number": str(point.number), "text": point.text, **facts})


def _collect_return_points(
    _: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    return {"points": encode_points(points or parse_points(proposal.opinion))}


def _collect_explanations(
    context: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    said: list[JsonValue] = []
    for point in points:
        if not point.rule:
            return _refuse_point(proposal, point)
        if find_explanation_fault(point.text, context.return_policy):
            return _refuse_point(proposal, point, "thin_explanation", least=str(context.return_policy.min_length))
        said.append({"rule": point.rule, "text": point.text})
    return {"explanations": said}


def _collect_waivers(
    _: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    waived: list[JsonValue] = []
    for point in points:
        first, reason = point.split_first_word()
        until = parse_day(first)
        if not point.rule or until is None or not reason:
            return _refuse_point(proposal, point, "bad_waiver")
        waived.append({"rule": point.rule, "until": until.isoformat(), "reason": reason})
    return {"waivers": waived}


def _collect_reductions(
    context: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    figures = _get_current_figures(context)
    reduced: list[JsonValue] = []
    for point in points:
        place = _find_figure_cell(point, figures)
        first, reason = point.split_first_word()
        after = _parse_amount(first)
        if after is None or not reason:
            return _refuse_point(proposal, point, "bad_reduction")
        if place is None:
            sheets = "、".join(f"“{one}”" for one in dict.fromkeys(sheet for sheet, _ in figures))
            return _refuse_point(proposal, point, "no_such_figure", target=point.target, sheets=sheets)
        before = figures[place]
        if not 0 <= after < Decimal(before):
            return _refuse_point(proposal, point, "not_reduced", before=before)
        figures[place] = first
        facts = {"before": before, "after": first, "reason": reason}
        reduced.append({"sheet": place[0], "cell": place[1], **facts})
    return {"reductions": reduced}


def _get_current_figures(context: DecisionContext) -> dict[tuple[str, str], str]:
    """Return the reported figures as earlier reductions of the same version left them."""
    sha256 = context.county_state.newest_version.sha256 if context.county_state.newest_version else ""
    figures = dict(context.figures)
    return figures | {
        (one.sheet, one.cell): one.after for one in context.county_state.reductions if one.sha256 == sha256
    }


def _find_figure_cell(point: DecisionPoint, figures: Mapping[tuple[str, str], str]) -> tuple[str, str] | None:
    """Find the one figure that a point names; a cell without its sheet will do where only one sheet has it."""
    if point.cell_address is None:
        return None
    sheet, cell = point.cell_address
    found = [one for one in figures if one[1] == cell and sheet in ("", one[0])]
    return found[0] if len(found) == 1 else None


def _parse_amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


_FACT_BUILDERS: Mapping[
    Effect, Callable[[DecisionContext, Proposal, tuple[DecisionPoint, ...]], DecisionFacts | DecisionRefusal]
] = {
    Effect.RETURN: _collect_return_points,
    Effect.EXPLAIN: _collect_explanations,
    Effect.WAIVE: _collect_waivers,
    Effect.REDUCE: _collect_reductions,
}
