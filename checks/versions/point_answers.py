"""The county's answers to the points of a return: written in the list of findings, one line for each point.

A point stands in the list like a finding. Its identity is the returned version's sha256 and its own number.
"""

from collections.abc import Iterable

from checks.model.finding import LogicalLocation
from checks.model.report import CountyExplanation

RETURN_POINT = "return_point"
"""What stands for the rule in the identity of a point."""


def locate_point(returned_sha256: str, number: int) -> LogicalLocation:
    """Return the identity of a point of the return of a version."""
    return LogicalLocation(returned_sha256, str(number))


def find_point_answers(explanations: Iterable[CountyExplanation], returned_sha256: str) -> dict[int, str]:
    """Return the answers to the return of a version, by number of the point; points without an answer are left out."""
    answers: dict[int, str] = {}
    for explanation in explanations:
        is_answer = explanation.rule == RETURN_POINT and explanation.spot.form == returned_sha256
        if is_answer and explanation.text and explanation.spot.row.isdecimal():
            answers[int(explanation.spot.row)] = explanation.text
    return answers
