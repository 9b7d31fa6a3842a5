"""Reminders of a year: for each office that others wait for, a text to copy into a message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.messages import Messages
from contracts.procedures import Level, Procedure
from filing.book.cell_builders import clean_text, format_date
from review.progress import CountyProgress
from review.roster import Roster

_MAX_COUNTIES_NAMED = 30


@dataclass(frozen=True, slots=True)
class Reminder:
    """A text for one office: who is meant, and what to write."""

    recipient: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderContext:
    """What reminders are made from; *as_of* is the day on which deadlines are judged."""

    procedure: Procedure
    roster: Roster
    counties: Sequence[CountyProgress]
    as_of: date


def list_reminders(context: ReminderContext, messages: Messages) -> Iterator[Reminder]:
    """Yield a reminder for each office that has to act, those of the counties first."""
    groups: dict[tuple[int, str], list[CountyProgress]] = {}
    for county in context.counties:
        if county.next_level is not None:
            index = context.procedure.levels.index(county.next_level)
            groups.setdefault((index, county.next_level.get_area_code(county.due_county.code)), []).append(county)
    for index, area in sorted(groups):
        yield _build_reminder(context, context.procedure.levels[index], groups[index, area], messages)


def _build_reminder(
    context: ReminderContext, level: Level, counties: Sequence[CountyProgress], messages: Messages
) -> Reminder:
    area = level.get_area_code(counties[0].due_county.code)
    recipient = _find_recipient(context, level, area, counties[0])
    items = [_format_item(context, county, messages) for county in counties[:_MAX_COUNTIES_NAMED]]
    if len(counties) > _MAX_COUNTIES_NAMED:
        items.append(messages("board.reminder.more", count=len(counties)))
    text = messages(
        "board.reminder.text",
        recipient=recipient,
        year=context.roster.year,
        procedure=context.procedure.name,
        day=format_date(context.as_of, messages),
        items="；".join(items),
        deadline=_format_deadline(context, counties[0], messages),
    )
    return Reminder(clean_text(recipient), clean_text(text))


def _find_recipient(context: ReminderContext, level: Level, area: str, county: CountyProgress) -> str:
    """Return the unit of the officers of the area, or else the name of the area."""
    for officer in context.roster.officers:
        if officer.level == level.id and level.get_area_code(officer.area) == area:
            return officer.unit
    code, name = context.roster.province
    names = {code: name, **context.roster.cities, county.due_county.code: county.due_county.name}
    return names.get(area, area)


def _format_item(context: ReminderContext, county: CountyProgress, messages: Messages) -> str:
    state = context.procedure.states.get(county.state, county.state)
    return messages(
        "board.reminder.item", county=county.due_county.name, state=state, action=_format_action(county, messages)
    )


def _format_action(county: CountyProgress, messages: Messages) -> str:
    return county.next_action or messages("board.reminder.send")


def _format_deadline(context: ReminderContext, county: CountyProgress, messages: Messages) -> str:
    """Return the deadline, and by how many days it has passed; empty if there is none."""
    if county.deadline is None:
        return ""
    key = "late" if county.is_late else "due"
    day_count = (context.as_of - county.deadline).days
    return messages(f"board.reminder.{key}", date=format_date(county.deadline, messages), days=day_count)
