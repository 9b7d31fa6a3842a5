"""The filings of a county, in force and ended: a filing that was undone or replaced stays on record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FilingRecord:
    """One filing of a county: its number (from 1), the sha256 of the version, and the sequence of its ledger entry.

    *undone_sequence* is the entry by which the filing was undone (撤销备案), 0 if it was not.
    """

    number: int
    sha256: str
    sequence: int
    undone_sequence: int = 0

    @property
    def is_undone(self) -> bool:
        """Whether the filing was undone."""
        return self.undone_sequence > 0


class FilingEnd(StrEnum):
    """How a filing ended: 已撤销 (UNDONE), or 已被替代 by the filing of a corrected version (REPLACED)."""

    UNDONE = "undone"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class EndedFiling:
    """A filing that is no longer in force, how it ended, and the sequence of the ledger entry that ended it."""

    record: FilingRecord
    end: FilingEnd
    ended_sequence: int


def list_sha256s_in_force(records: Iterable[FilingRecord]) -> tuple[str, ...]:
    """Return the versions that were filed and whose filing was not undone, oldest first."""
    return tuple(record.sha256 for record in records if not record.is_undone)


def find_record_in_force(records: Iterable[FilingRecord]) -> FilingRecord | None:
    """Return the filing in force, or None: the newest one that was not undone."""
    in_force = None
    for record in records:
        if not record.is_undone:
            in_force = record
    return in_force


def list_ended_filings(records: Iterable[FilingRecord]) -> Iterator[EndedFiling]:
    """Yield the filings of a county that were undone or replaced, oldest first.

    If the filing of a correction is undone, the filing before it is in force again.
    """
    records = tuple(records)
    in_force = find_record_in_force(records)
    for record in records:
        if record.is_undone:
            yield EndedFiling(record, FilingEnd.UNDONE, record.undone_sequence)
        elif record is not in_force:
            yield EndedFiling(record, FilingEnd.REPLACED, _find_successor(records, record).sequence)


def _find_successor(records: tuple[FilingRecord, ...], ended: FilingRecord) -> FilingRecord:
    """Return the next filing after *ended* that was not undone."""
    return next(record for record in records if record.number > ended.number and not record.is_undone)
