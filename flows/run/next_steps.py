"""What has to be done next and by whom, grouped: one step for all counties that wait for the same action."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.messages import Messages
from flows.run.run_summary import RunSummary
from flows.year.county_status import CountyStatusRow
from flows.year.issued_outputs import get_marked_workbook_path
from flows.year.year_state import YearState

MAX_COUNTIES_LISTED = 20


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: *actor* does it (nobody if all is done), *key* is its sentence below ``next_step``."""

    actor: str
    key: str
    facts: Mapping[str, str]

    def format_sentence(self, messages: Messages) -> str:
        """Return the sentence that says what has to be done."""
        return messages(f"next_step.{self.key}", **self.facts)


@dataclass(frozen=True, slots=True)
class _CountyStep:
    """What one county waits for; counties whose first three fields are equal are told together."""

    actor: str
    key: str
    action: str
    row: CountyStatusRow
    path: str = ""


def list_operator_steps(state: YearState, summary: RunSummary, failures: int) -> Iterator[NextStep]:
    """Yield what has to be looked at before anything else: failures, refused files and refused decisions."""
    actor = state.messages("run_page.operator")
    if failures:
        yield NextStep(actor, "failed", {"count": str(failures), "path": str(state.paths.failure_log)})
    if summary.refused:
        yield NextStep(actor, "refused", {"count": str(len(summary.refused))})
    if summary.refused_decisions:
        yield NextStep(actor, "denied", {"count": str(len(summary.refused_decisions))})


def list_next_steps(state: YearState, summary: RunSummary) -> Iterator[NextStep]:
    """Yield what the counties wait for, level by level; one step for all that wait for the same action."""
    settled_states = (*state.procedure.final_states, *state.procedure.excused_states)
    waiting = [row for row in summary.rows if row.state not in settled_states]
    groups: dict[tuple[str, str, str], list[_CountyStep]] = {}
    for row in waiting:
        step = _find_county_step(row, state)
        groups.setdefault((step.actor, step.key, step.action), []).append(step)
    for level in state.procedure.levels:
        for (actor, _, _), steps in groups.items():
            if actor == level.name:
                yield _join_county_steps(steps, state.messages)
    if summary.filing and not waiting:
        yield NextStep("", "done", {"path": str(state.paths.output_path(summary.filing))})


def _find_county_step(row: CountyStatusRow, state: YearState) -> _CountyStep:
    county_actor = state.procedure.levels[0].name  # the level that hands in
    newest = state.county_states[row.code].newest_version
    is_undecided = row.state in state.procedure.state_by_outcome.values()
    if newest is not None and (row.open_hard or row.open_soft) and is_undecided:
        path = state.paths.output_path(get_marked_workbook_path(state, row.code, newest))
        return _CountyStep(county_actor, "return", "", row, str(path))
    action = state.procedure.find_next_action(row.state)
    level = state.procedure.find_level(action.level) if action else None
    if action is None or level is None:
        return _CountyStep(county_actor, "send", "", row)
    return _CountyStep(level.name, "wait", action.name, row)


def _join_county_steps(steps: Sequence[_CountyStep], messages: Messages) -> NextStep:
    first = steps[0]
    facts = {"level": first.actor, "action": first.action, "path": first.path}
    if len(steps) == 1:
        return NextStep(first.actor, first.key, {**facts, "code": first.row.code, "name": first.row.name})
    names = [f"{step.row.code} {step.row.name}" for step in steps[:MAX_COUNTIES_LISTED]]
    counties = messages("filing.separator").join(names)
    if len(steps) > MAX_COUNTIES_LISTED:
        counties = messages("next_step.more", counties=counties)
    return NextStep(first.actor, f"{first.key}_all", {**facts, "count": str(len(steps)), "counties": counties})
