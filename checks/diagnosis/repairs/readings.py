"""Several readings of one error: each is named, since the tables cannot tell which is right."""

from collections.abc import Sequence
from typing import Final

from checks.diagnosis.serial_numbers import format_steps
from checks.model.finding import RepairStep
from checks.model.violation import Phrase

MAX_READINGS: Final = 4
"""So many readings are named; of others there is only the number."""
_MAX_STEPS_SHOWN = 6


def describe_readings(
    readings: Sequence[tuple[RepairStep, ...]], slips: Sequence[str] = ()
) -> dict[str, tuple[Phrase, ...]]:
    """Return the phrases for the placeholders ``readings`` and ``reason``.

    ``readings`` are the steps of each with the slip that would explain it, and how many are not named; ``reason`` tells
    why the first is likelier than the others, and is empty if there are no others. ``formula`` is left empty.
    """
    phrases: list[Phrase] = []
    for index, steps in enumerate(readings[:MAX_READINGS]):
        facts = {"number": str(index + 1), "steps": format_steps(steps[:_MAX_STEPS_SHOWN])}
        phrases.append(Phrase("reading", facts, note=slips[index] if slips else ""))
    if len(readings) > MAX_READINGS:
        phrases.append(Phrase("more_readings", {"count": str(len(readings) - MAX_READINGS)}))
    return {"readings": tuple(phrases), "reason": _explain_first(readings, slips), "formula": ()}


def _explain_first(readings: Sequence[tuple[RepairStep, ...]], slips: Sequence[str]) -> tuple[Phrase, ...]:
    if len(readings) == 1 or not readings:
        return ()
    facts = {"cell": readings[0][0].cell.address, "count": str(len(readings) - 1)}
    return (Phrase("likeliest", facts, note=slips[0] if slips else ""),)
