"""The points of a return as lines of the list of findings: marked at their cells, each with a place to answer."""

from collections.abc import Iterator

from checks.model.finding import Explanation, Finding, Severity
from checks.model.report import ValidationReport
from checks.versions.point_answers import RETURN_POINT, find_point_answers, locate_point
from contracts.messages import Messages
from contracts.procedures import Procedure
from filing.book.cell_builders import format_date
from review.county_state import CountyState, SubmissionVersion
from review.decision_points import DecisionPoint
from review.submissions.return_points import CountyReturn, ReturnPoint, find_returns_of_version


def collect_returns(
    procedure: Procedure, county_state: CountyState, version: SubmissionVersion, report: ValidationReport
) -> tuple[CountyReturn, ...]:
    """Return the returns that concern a version, with the answers on record or else those in the version itself."""
    returns = find_returns_of_version(procedure, county_state, version)
    return tuple(_add_answers(county_return, report) for county_return in returns)


def _add_answers(county_return: CountyReturn, report: ValidationReport) -> CountyReturn:
    if county_return.answered_with:
        return county_return
    return county_return.with_answers(find_point_answers(report.explanations, county_return.decision.sha256))


def build_point_findings(
    returns: tuple[CountyReturn, ...], procedure: Procedure, messages: Messages
) -> Iterator[Finding]:
    """Yield a line for each point of the returns."""
    for county_return in returns:
        for point in county_return.points:
            yield _build_point_finding(county_return, point, procedure, messages)


def _build_point_finding(
    county_return: CountyReturn, point: ReturnPoint, procedure: Procedure, messages: Messages
) -> Finding:
    decision = county_return.decision
    address = DecisionPoint(point.number, point.target, point.text).cell_address
    sheet, cell = address or (point.target or messages("returned.whole"), None)
    explanation = Explanation(point.answer) if point.answer else None
    action = procedure.find_action(decision.level, decision.action)
    facts = {
        "action": action.name if action else decision.action,
        "number": point.number,
        "date": format_date(str(decision.facts.get("date", "")), messages),
        "text": point.text,
    }
    return Finding(
        rule=RETURN_POINT,
        severity=Severity.SOFT,
        sheet=sheet,
        cell=cell,
        message=messages("returned.point", **facts),
        remedy=messages("returned.remedy"),
        basis=str(decision.facts.get("number") or "") or procedure.basis,
        logical_location=locate_point(decision.sha256, point.number),
        explanation=explanation,
    )
