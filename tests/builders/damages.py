"""Damages to the sound second version of the sample."""

from collections.abc import Callable

from tests.builders.dongchuan import SHEET_2, Draft, submission
from tests.builders.plain import plain

Damage = Callable[[Draft], object]


def damaged(damage: Damage) -> bytes:
    """Return the sound second version of the sample with one damage done to it."""
    draft = submission(2)
    damage(draft)
    return plain(draft)


def put(address: str, value: object, sheet: str = SHEET_2) -> Damage:
    """Return the damage of one other value in one cell."""
    return lambda draft: draft.put(sheet, address, value)


def without(sheet: str) -> Damage:
    """Return the damage of a sheet that is not there."""
    return lambda draft: draft.sheets.pop(sheet)


def below(*rows: list[object], sheet: str = SHEET_2) -> Damage:
    """Return the damage of more rows at the end of a sheet."""
    return lambda draft: draft.sheets[sheet].extend([*rows])


def inserted(row: int, *cells: object, sheet: str = SHEET_2) -> Damage:
    """Return the damage of a row put in, so that it is Excel's *row*."""
    return lambda draft: draft.sheets[sheet].insert(row - 1, [*cells])
