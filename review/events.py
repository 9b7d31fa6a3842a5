"""Events: the form in which the history of the review chain is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

JsonValue = str | int | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


class EventKind(StrEnum):
    """What an event records."""

    ROSTER = "roster"
    """The due counties, deadlines and officers of the year."""
    RECEIVED = "received"
    """A file was taken as a version of a county."""
    REFUSED = "refused"
    """A file was not taken; the facts have the code and the place."""
    PAPER = "paper"
    """A file beside a county's workbooks, such as a scan, was kept for the archive."""
    CHECKED = "checked"
    """A version was checked under one contract version."""
    DECISION = "decision"
    """An officer acted: submit, approve, return, file."""
    ISSUED = "issued"
    """An output file was written."""
    OPENING = "opening"
    """The opening balances of a county's first year, signed off above the county."""
    PLAN = "plan"
    """A plan file was reviewed and accepted; *county* is the plan's, the facts name the plan and its document."""
    ROLL_UP = "roll_up"
    """The roll-up of an area was sealed or unsealed; *county* holds the area's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One recorded fact of one year.

    *county* is a six-digit division code, empty if the event concerns the whole year. *sha256* identifies the file
    that the event or decision is about. *facts* are plain JSON values (no floats, no bytes).
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
    """An event in the ledger; *digest* seals the entry over *previous*, the digest of the entry before.

    *sequence* alone determines the order; *at* (UTC, ISO 8601) is for information. *system_user* ran the program.
    *key* makes recording idempotent: the ledger holds one entry for each key.
    """

    sequence: int
    previous: str
    digest: str
    at: str
    system_user: str
    key: str
    event: Event


class EventSummary(NamedTuple):
    """The part of a ledger entry that a replay needs; small, because a year has tens of thousands."""

    at: str
    event: Event
    sequence: int = 0
