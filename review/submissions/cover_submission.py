"""The county's own file as its report: number, person and date on the cover, in place of a typed decision."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from checks.model.report import CoverField
from contracts.procedures import Action, Level, Procedure
from review.county_state import CountyState, SubmissionVersion
from review.events import Event
from review.proposal import Proposal, is_responsible_for
from review.roster import Officer, Roster

_PROPOSAL_FIELDS = {"number": "number", "opinion": "opinion", "by": "by", "date": "on"}
_FIELD_BY_REFUSAL = {"bad_date": "date", "not_in_office": "by", "unanswered": "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverSubmission:
    """A decision that a cover proposes; *cells* has the field of the cover for each field that the action requires."""

    proposal: Proposal
    cells: Mapping[str, CoverField]

    def find_cell(self, code: str, facts: Mapping[str, str]) -> CoverField | None:
        """Return the field of the cover that the refusal with this code is about; the person's if it is about none."""
        name = _FIELD_BY_REFUSAL.get(code, "by")
        if code == "incomplete":
            name = facts.get("missing", name)
        return self.cells.get(name) or next(iter(self.cells.values()), None)


def list_cover_field_names(procedure: Procedure) -> frozenset[str]:
    """Return the names of the fields of the cover that some action of the procedure may be read from."""
    return frozenset(name for action in procedure.actions for name in action.cover_fields.values())


def find_cover_submission(procedure: Procedure, roster: Roster, county_state: CountyState) -> CoverSubmission | None:
    """Return the decision that the cover of the newest version proposes, or None.

    There is none if the version does not wait for it, if the cover leaves number, person and date blank, or if the
    county has reported this version once: what it has withdrawn is not sent again by itself.
    """
    newest = county_state.newest_version
    if newest is None or not newest.cover:
        return None
    for action in procedure.actions:
        if action.cover_fields and county_state.state in action.from_states:
            if any(_is_of_action(decision, action) for decision in county_state.get_newest_decisions()):
                return None
            return _build_submission(procedure, roster, county_state.county, newest, action)
    return None


def _is_of_action(decision: Event, action: Action) -> bool:
    return (decision.level, decision.action) == (action.level, action.id)


def _build_submission(
    procedure: Procedure, roster: Roster, county: str, version: SubmissionVersion, action: Action
) -> CoverSubmission | None:
    fields_by_name = {field.name: field for field in version.cover}
    cells = {required: fields_by_name[name] for required, name in action.cover_fields.items() if name in fields_by_name}
    if not any(field.text for required, field in cells.items() if required != "opinion"):
        return None
    texts = {_PROPOSAL_FIELDS[required]: field.text for required, field in cells.items()}
    proposal = Proposal(
        **{"by": "", "on": "", **texts},
        county=county,
        level=action.level,
        action=action.id,
        version=version.number,
        sha256=version.sha256,
    )
    level = procedure.find_level(action.level) or procedure.levels[0]
    person = _find_person(roster, county, level, proposal.by)
    return CoverSubmission(
        proposal=replace(proposal, by=person, opinion=proposal.opinion or action.cover_opinion), cells=cells
    )


def _find_person(roster: Roster, county: str, level: Level, text: str) -> str:
    """Return the id of the officer whom a cover names by id or title; a text that names no single one as it is."""
    officers = [officer for officer in roster.officers if is_responsible_for(officer, county, level)]
    ids = {officer.id for officer in officers if _is_named(officer, text)}
    if len(ids) == 1:
        return ids.pop()
    return text


def _is_named(officer: Officer, text: str) -> bool:
    return text in (officer.id, officer.title)
