"""Today's date where the offices are: a machine may run in any zone."""

from datetime import UTC, date, datetime, timedelta


def get_office_day() -> date:
    """Return today's date where the offices are."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()
