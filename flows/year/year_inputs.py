"""Reads once a run what people handed in for a year: roster, files, review workbooks."""

from dataclasses import replace
from pathlib import Path

from checks.model.finding import Refusal
from contracts.errors import SettingError
from contracts.messages import Messages
from contracts.yaml_files import load_yaml
from flows.year.inbox import InboxNames, SkippedFile, make_printable, scan_inbox
from flows.year.locations import ROSTER_FILE, YearPaths
from flows.year.year_state import SubmittedDecision, YearInputs
from review.roster import Roster, parse_roster
from workbooks.decisions_file import read_decisions
from workbooks.gate.file_access import read_submission_bytes


def read_year_inputs(paths: YearPaths, messages: Messages) -> YearInputs:
    """Read everything handed in; raise `SettingError` if the year has no inbox or no usable roster."""
    roster = read_year_roster(paths)
    policy = paths.open_contracts().get_return_policy()
    counties = {county.code: county.name for county in roster.due_counties}
    names = InboxNames(counties=counties, paper_suffixes=policy.paper_suffixes)
    inbox = scan_inbox(paths.inbox, messages, names)
    decisions: list[SubmittedDecision] = []
    refused_files: list[tuple[str, Refusal]] = []
    for path in inbox.decision_files:
        rows = _load_submitted_decisions(path, messages)
        if isinstance(rows, Refusal):
            refused_files.append((make_printable(path.name), rows))
        else:
            decisions += rows
    unexpected_files: list[SkippedFile] = []
    for path in inbox.loose_workbooks:
        rows = _load_submitted_decisions(path, messages)
        if isinstance(rows, Refusal):
            unexpected_files.append(SkippedFile(make_printable(path.name), "no_county"))
        else:
            decisions += rows
    inbox = replace(inbox, skipped=(*inbox.skipped, *unexpected_files))
    return YearInputs(inbox, roster, tuple(decisions), inbox.opening_files, tuple(refused_files))


def read_year_roster(paths: YearPaths) -> Roster:
    """Read the roster of the year; raise `SettingError` if it is missing, unusable or of another year."""
    if not paths.inbox.is_dir():
        raise SettingError(str(paths.inbox), "is no inbox of this year", "no_inbox")
    roster = parse_roster(load_yaml(paths.inbox / ROSTER_FILE))
    if roster.year != paths.year:
        problem = f"is of the year {roster.year}, but lies in the folder of {paths.year}"
        raise SettingError(ROSTER_FILE, problem, "roster_year", value=str(roster.year), expected=str(paths.year))
    return roster


def _load_submitted_decisions(path: Path, messages: Messages) -> list[SubmittedDecision] | Refusal:
    data = read_submission_bytes(path, messages)
    if isinstance(data, Refusal):
        return data
    rows = read_decisions(data, messages)
    if isinstance(rows, Refusal):
        return rows
    return [SubmittedDecision(make_printable(path.name), row.row, row.proposal) for row in rows]
