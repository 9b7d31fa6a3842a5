"""Today's date where the offices are: a machine may run in any zone."""

from datetime import UTC, date, datetime, timedelta


def office_day() -> date:
    """Return today's date where the offices are."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()
