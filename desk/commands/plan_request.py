"""What is wanted of ``hesuan plan import``."""

from dataclasses import dataclass
from pathlib import Path

from flows.year.locations import YearPaths


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is wanted: the county of the plan, the folder to write to if any, and the record if there may be one.

    With a record, departments are compared with its newest roster, and filed years that a changed plan touches are
    named.
    """

    county: str = ""
    out: Path | None = None
    paths: YearPaths | None = None
