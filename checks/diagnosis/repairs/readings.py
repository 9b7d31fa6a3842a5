"""Several readings of one error: each is named, since the tables cannot tell which is right."""

from collections.abc import Sequence
from typing import Final

from checks.diagnosis.serial_numbers import format_steps
from checks.model.finding import RepairStep
from checks.model.violation import Phrase

MAX_READINGS: Final = 4
"""So many readings are named; of others there is only the number."""
_MAX_STEPS_SHOWN = 6


def describe_readings(readings: Sequence[tuple[RepairStep, ...]]) -> dict[str, tuple[Phrase, ...]]:
    """Return the phrases for the placeholder ``readings``: the steps of each, and how many are not named."""
    phrases: list[Phrase] = []
    for number, steps in enumerate(readings[:MAX_READINGS], start=1):
        phrases.append(Phrase("reading", {"number": str(number), "steps": format_steps(steps[:_MAX_STEPS_SHOWN])}))
    if len(readings) > MAX_READINGS:
        phrases.append(Phrase("more_readings", {"count": str(len(readings) - MAX_READINGS)}))
    return {"readings": tuple(phrases)}
