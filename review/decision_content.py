"""What a decision records beside the new state: return points, answers, waivers, explanations, reductions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from checks.model.cell_ref import parse_address
from checks.model.finding import Finding
from checks.versions.explanations import find_explanation_fault
from checks.versions.finding_key import format_finding_key
from contracts.procedures import Effect, Precondition
from review.decision_points import DecisionPoint, encode_points, parse_points
from review.decision_rules import find_open_points, parse_answers
from review.events import JsonValue
from review.explanations.named_findings import (
    ExplanationLine,
    format_place,
    list_targets,
    parse_explanation_line,
    select_findings,
)
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, parse_day

MAX_FINDINGS_LISTED = 12

DecisionFacts = dict[str, JsonValue]


def build_decision_facts(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionFacts | DecisionRefusal:
    """Return the facts to record with a decision, or why its points are refused."""
    action = resolved_action.action
    build_facts = _FACT_BUILDERS.get(action.effect)
    points = parse_points(proposal.points)
    if build_facts is not None:
        return build_facts(context, proposal, points)
    if Precondition.ANSWERS in action.preconditions:
        open_points = find_open_points(context)
        if open_points:
            return _collect_answers(context, proposal, len(open_points))
    if points:
        return {"points": encode_points(points)}
    return {}


def _collect_answers(context: DecisionContext, proposal: Proposal, point_count: int) -> DecisionFacts:
    answers = parse_answers(context, proposal, point_count)
    return {"answers": [{"number": number, "text": text} for number, text in sorted(answers.items())]}


def _refuse_point(proposal: Proposal, point: DecisionPoint, code: str = "bad_point", **facts: str) -> DecisionRefusal:
    return DecisionRefusal(code, {"county": proposal.county, "number": str(point.number), "text": point.text, **facts})


def _collect_return_points(
    context: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    located_points: list[DecisionPoint] = []
    for point in points or parse_points(proposal.opinion):
        located_point = _locate_point(context, point)
        if located_point is None:
            sheets = "、".join(map("“{}”".format, context.sheet_sizes))
            target = point.target or point.unreadable_cell
            return _refuse_point(proposal, point, "no_such_cell", target=target, sheets=sheets)
        located_points.append(located_point)
    return {"points": encode_points(located_points)}


def _locate_point(context: DecisionContext, point: DecisionPoint) -> DecisionPoint | None:
    """Return a point with the sheet of its cell, or None if the returned version does not have the cell.

    The sheet may be left out if only one sheet has the cell. What looks like a rule is one if there is such a rule.
    """
    if point.unreadable_cell and context.sheet_sizes:
        return None
    is_rule = bool(point.rule) and (not context.rule_ids or point.rule in context.rule_ids)
    if point.cell_address is None or is_rule or not context.sheet_sizes:
        return point
    sheet, cell = point.cell_address
    position = parse_address(cell)
    sheets = [name for name in context.sheet_sizes if sheet in ("", name)]
    holders = [name for name in sheets if position and _is_on_sheet(position, context.sheet_sizes[name])]
    if len(holders) != 1:
        return None
    return replace(point, target=f"{holders[0]}!{cell}")


def _is_on_sheet(position: tuple[int, int], size: tuple[int, int]) -> bool:
    return position[0] <= size[0] and position[1] <= size[1]


def _collect_explanations(
    context: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    explanations: list[JsonValue] = []
    lines = filter(str.strip, proposal.points.splitlines())
    for point, text in zip(points, lines, strict=True):
        line = parse_explanation_line(text)
        if line is None:
            return _refuse_point(proposal, point)
        if find_explanation_fault(line.text, context.return_policy):
            return _refuse_point(proposal, point, "thin_explanation", least=str(context.return_policy.min_length))
        findings = select_findings(line, context.findings)
        # One text for several findings counts only where each of them is named.
        if not findings or (len(findings) > 1 and not line.cells):
            return _refuse_unnamed_finding(context, proposal, point, line)
        explanations += [_encode_explanation(finding, line) for finding in findings]
    return {"explanations": explanations}


def _refuse_unnamed_finding(
    context: DecisionContext, proposal: Proposal, point: DecisionPoint, line: ExplanationLine
) -> DecisionRefusal:
    same_rule = select_findings(replace(line, cells=()), context.findings)
    listed = list_targets(same_rule or context.findings, MAX_FINDINGS_LISTED)
    facts = {"target": line.target, "listed": listed, "count": str(len(same_rule))}
    code = "no_such_finding" if line.cells or not same_rule else "finding_not_named"
    return _refuse_point(proposal, point, code, **facts)


def _encode_explanation(finding: Finding, line: ExplanationLine) -> JsonValue:
    return {
        "rule": finding.rule,
        "text": line.text,
        "finding": format_finding_key(finding),
        "place": format_place(finding),
        "related": " ".join(finding.related_rules),
    }


def _collect_waivers(
    context: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    waivers: list[JsonValue] = []
    for point in points:
        first_word, reason = point.split_first_word()
        until = parse_day(first_word)
        if not point.rule or until is None or not reason:
            return _refuse_point(proposal, point, "bad_waiver")
        if context.rule_ids and point.rule not in context.rule_ids:
            return _refuse_point(proposal, point, "no_such_rule", rule=point.rule)
        today = context.today or parse_day(proposal.on) or until
        if until < today:
            facts = {"until": until.isoformat(), "today": today.isoformat()}
            return _refuse_point(proposal, point, "waiver_expired", **facts)
        waivers.append({"rule": point.rule, "until": until.isoformat(), "reason": reason})
    return {"waivers": waivers}


def _collect_reductions(
    context: DecisionContext, proposal: Proposal, points: tuple[DecisionPoint, ...]
) -> DecisionFacts | DecisionRefusal:
    figures = _get_current_figures(context)
    reductions: list[JsonValue] = []
    for point in points:
        address = _find_figure_cell(point, figures)
        after, reason = point.split_first_word()
        amount = _parse_amount(after)
        if amount is None or not reason:
            return _refuse_point(proposal, point, "bad_reduction")
        if address is None:
            return _refuse_point(
                proposal, point, "no_such_figure", target=point.target, sheets=_format_sheet_names(figures)
            )
        before = figures[address]
        if not 0 <= amount < Decimal(before):
            return _refuse_point(proposal, point, "not_reduced", before=before)
        figures[address] = after
        sheet, cell = address
        reductions.append({"sheet": sheet, "cell": cell, "before": before, "after": after, "reason": reason})
    return {"reductions": reductions}


def _format_sheet_names(figures: Mapping[tuple[str, str], str]) -> str:
    sheets = dict.fromkeys(sheet for sheet, _ in figures)
    return "、".join(map("“{}”".format, sheets))


def _get_current_figures(context: DecisionContext) -> dict[tuple[str, str], str]:
    """Return the amounts by sheet and cell, after earlier reductions of the same version."""
    figures = dict(context.figures)
    for reduction in context.county_state.reductions:
        if reduction.sha256 == context.county_state.newest_sha256:
            figures[reduction.sheet, reduction.cell] = reduction.after
    return figures


def _find_figure_cell(point: DecisionPoint, figures: Mapping[tuple[str, str], str]) -> tuple[str, str] | None:
    """Return the address of the figure that a point names, or None.

    The sheet may be left out if only one sheet has a figure in that cell.
    """
    if point.cell_address is None:
        return None
    sheet, cell = point.cell_address
    candidates = [address for address in figures if address[1] == cell and sheet in ("", address[0])]
    if len(candidates) != 1:
        return None
    return candidates[0]


def _parse_amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite():
        return None
    return amount


_FACT_BUILDERS: Mapping[
    Effect, Callable[[DecisionContext, Proposal, tuple[DecisionPoint, ...]], DecisionFacts | DecisionRefusal]
] = {
    Effect.RETURN: _collect_return_points,
    Effect.EXPLAIN: _collect_explanations,
    Effect.WAIVE: _collect_waivers,
    Effect.REDUCE: _collect_reductions,
}
