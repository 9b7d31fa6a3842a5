"""What happened: the one shape in which the chain's history is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

JsonValue = str | int | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


class EventKind(StrEnum):
    """What sort of thing an event records."""

    ROSTER = "roster"  # who is due, deadlines, officers of the year
    RECEIVED = "received"  # a file taken as a version of a county
    REFUSED = "refused"  # a file not taken, with the code and the place
    CHECKED = "checked"  # a version checked under one contract version
    DECISION = "decision"  # somebody acted: submit, approve, return, file
    ISSUED = "issued"  # an output file written
    OPENING = "opening"  # the opening balances of a county's first year, signed off above it
    ROLL_UP = "roll_up"  # the roll-up of an area sealed or unsealed; county holds the area's code


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One recorded fact of one year.

    *county* is a six-digit division code, empty for what concerns the whole year. *sha256* is the file that the
    event is about or that a decision judges. *facts* are plain JSON values (no floats, no bytes).
    """

    kind: EventKind
    year: int
    county: str = ""
    version: int = 0
    sha256: str = ""
    level: str = ""
    action: str = ""
    actor: str = ""
    unit: str = ""
    facts: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """An event as the ledger keeps it: *sequence* orders it, *digest* seals it over *previous*.

    *at* is UTC in ISO 8601, a remark only; order is *sequence*. *system_user* is who ran the program. *key* makes
    recording idempotent: the ledger holds one entry a key.
    """

    sequence: int
    previous: str
    digest: str
    at: str
    system_user: str
    key: str
    event: Event


class EventSummary(NamedTuple):
    """An event, when and as which entry it was recorded: all that a fold needs, and no more, for tens of thousands."""

    at: str
    event: Event
    sequence: int = 0
