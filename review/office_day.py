"""The day in China on which something was recorded: the machine may run in any time zone."""

from datetime import UTC, date, datetime, timedelta, timezone

_BEIJING = timezone(timedelta(hours=8))


def parse_office_day(recorded_at: str) -> date | None:
    """Return the day in China (UTC+8) of a moment in ISO 8601, UTC if it names no zone; None if the text is empty."""
    if not recorded_at:
        return None
    moment = datetime.fromisoformat(recorded_at)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(_BEIJING).date()
