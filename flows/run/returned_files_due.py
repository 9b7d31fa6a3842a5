"""Which of the files that a county gets back are due: missing, or made from an older state of the record."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.model.finding import Finding, Severity
from flows.decisions.pending_decisions import EvaluatedCover, evaluate_cover_submissions
from flows.decisions.refusal_text import format_decision_refusal
from flows.year.issued_outputs import get_marked_workbook_path, get_page_path, is_current
from flows.year.year_state import YearState
from review.county_state import CountyState, SubmissionVersion
from review.events import Event
from review.proposal import DecisionRefusal
from review.submissions.return_points import CountyReturn, find_returns_of_version

COVER_NOTICE = "cover_notice"
"""What stands for the rule of a notice at the cover if the refusal cites no rule of procedure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReturnedFile:
    """A file to write for a version of a county: its path, the digest of what it rests on, and notices at cells."""

    county: str
    version: SubmissionVersion
    path: str
    basis: str
    notices: tuple[Finding, ...]


def list_due_marked_workbooks(state: YearState) -> Iterator[PlannedReturnedFile]:
    """Yield the marked workbooks that are due; a version without findings, points and notices has none."""
    for content in _list_contents(state):
        version = content.version
        if version.hard_count or version.soft_count or version.note_count or content.is_marked:
            path = get_marked_workbook_path(state, content.county, version)
            yield from content.plan_if_due(state, path, content.list_mark_parts())


def list_due_pages(state: YearState) -> Iterator[PlannedReturnedFile]:
    """Yield the pages of checked versions that are due."""
    for content in _list_contents(state):
        path = get_page_path(state, content.county, content.version)
        yield from content.plan_if_due(state, path, [*content.list_mark_parts(), *content.list_page_parts()])


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReturnedContent:
    """What the files of a version show: its report, returns, notices and accompanying papers."""

    county: str
    version: SubmissionVersion
    returns: tuple[CountyReturn, ...]
    notices: tuple[Finding, ...]
    papers: tuple[str, ...]
    decisions: tuple[Event, ...]

    @property
    def is_marked(self) -> bool:
        """Whether the chain adds marks of its own."""
        return bool(self.returns or self.notices)

    def plan_if_due(self, state: YearState, path: str, parts: list[object]) -> Iterator[PlannedReturnedFile]:
        """Yield the file at *path* unless it is current; it rests on the version's report and on *parts*."""
        basis = self._compute_basis(parts)
        if not is_current(state, path, basis):
            yield PlannedReturnedFile(
                county=self.county, version=self.version, path=path, basis=basis, notices=self.notices
            )

    def list_mark_parts(self) -> list[object]:
        """Return what the chain adds to the marked workbook."""
        parts: list[object] = []
        for county_return in self.returns:
            points = [[point.target, point.text, point.answer] for point in county_return.points]
            parts.append([county_return.decision.sha256, dict(county_return.decision.facts), points])
        parts += [[notice.sheet, notice.cell, notice.message] for notice in self.notices]
        return parts

    def list_page_parts(self) -> list[object]:
        """Return what the chain adds to the page alone."""
        decisions = [[decision.action, dict(decision.facts)] for decision in self.decisions]
        return [*decisions, *self.papers]

    def _compute_basis(self, parts: list[object]) -> str:
        """Return the sha256 of the report, or a digest over it and all that the chain adds, if it adds anything."""
        if not parts:
            return self.version.report_sha256
        encoded = json.dumps([self.version.report_sha256, parts], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(encoded.encode()).hexdigest()


def _list_contents(state: YearState) -> Iterator[_ReturnedContent]:
    """Yield the content of each checked version's files."""
    covers = {cover.version.sha256: cover for cover in evaluate_cover_submissions(state)}
    for county_state in state.county_states.values():
        for version in county_state.versions:
            if version.is_checked:
                yield _build_content(state, county_state, version, covers)


def _build_content(
    state: YearState,
    county_state: CountyState,
    version: SubmissionVersion,
    covers: Mapping[str, EvaluatedCover],
) -> _ReturnedContent:
    notices: tuple[Finding, ...] = ()
    if version.sha256 in covers:
        notices = tuple(_build_cover_notices(state, covers[version.sha256]))
    return _ReturnedContent(
        county=county_state.county,
        version=version,
        returns=find_returns_of_version(state.procedure, county_state, version),
        notices=notices,
        papers=county_state.paper_names,
        decisions=county_state.list_decisions(version.sha256),
    )


def _build_cover_notices(state: YearState, cover: EvaluatedCover) -> Iterator[Finding]:
    """Yield what the county is told at the cover's cell if its cover reports the file, but may not."""
    refusal = cover.result
    if not isinstance(refusal, DecisionRefusal):
        return
    field = cover.submission.find_cell(refusal.code, refusal.facts)
    if field is None:
        return
    messages = state.messages
    yield Finding(
        rule=refusal.rule or COVER_NOTICE,
        severity=Severity.REPORT,
        sheet=field.sheet,
        cell=field.cell,
        value=field.text or None,
        message=messages("returned.cover", reason=format_decision_refusal(refusal, messages)),
        remedy=messages("returned.cover_remedy"),
        basis=refusal.basis or state.procedure.basis,
    )
