"""Today's date in China: the machine may run in any time zone."""

from datetime import UTC, date, datetime, timedelta


def get_office_day() -> date:
    """Return today's date in China (UTC+8)."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()
