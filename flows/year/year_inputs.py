"""What people handed in for a year, read once a run: roster, files, review workbooks."""

from dataclasses import replace
from pathlib import Path

from checks.model.finding import Refusal
from contracts.errors import ContractError
from contracts.messages import Wording
from contracts.yaml_files import read_yaml
from flows.year.inbox import Skipped, look, shown
from flows.year.locations import ROSTER, Places
from flows.year.year_state import Desk, Handed
from review.roster import Roster, read_roster
from workbooks.decisions_file import read_decisions
from workbooks.gate.file_access import take_bytes


def read_desk(places: Places, words: Wording) -> Desk:
    """Read everything handed in; raise `ContractError` where the year has no folder or no usable roster."""
    roster = read_year_roster(places, words)
    inbox = look(places.inbox, words)
    handed: list[Handed] = []
    refused: list[tuple[str, Refusal]] = []
    for path in inbox.decisions:
        rows = _rows(path, words)
        if isinstance(rows, Refusal):
            refused.append((shown(path.name), rows))
        else:
            handed += rows
    strangers: list[Skipped] = []
    for path in inbox.loose:
        rows = _rows(path, words)
        if isinstance(rows, Refusal):
            strangers.append(Skipped(shown(path.name), "no_county"))
        else:
            handed += rows
    inbox = replace(inbox, skipped=(*inbox.skipped, *strangers))
    return Desk(inbox, roster, tuple(handed), inbox.openings, tuple(refused))


def read_year_roster(places: Places, words: Wording) -> Roster:
    """Read the roster of the year."""
    if not places.inbox.is_dir():
        raise ContractError(str(places.inbox), words("error.no_inbox"))
    roster = read_roster(read_yaml(places.inbox / ROSTER))
    if roster.year != places.year:
        raise ContractError(ROSTER, f"is of the year {roster.year}, but lies in the folder of {places.year}")
    return roster


def _rows(path: Path, words: Wording) -> list[Handed] | Refusal:
    data = take_bytes(path, words)
    if isinstance(data, Refusal):
        return data
    rows = read_decisions(data, words)
    if isinstance(rows, Refusal):
        return rows
    return [Handed(shown(path.name), row.row, row.proposal) for row in rows]
