"""One file that ``hesuan check`` has checked, with the result."""

from dataclasses import dataclass
from pathlib import Path

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from flows.year.inbox import make_printable


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file and the result of its check; *sha256* is None and *data* empty if the file could not be read."""

    path: Path
    sha256: str | None
    data: bytes
    result: ValidationReport | Refusal

    @property
    def printable_path(self) -> str:
        """The file's path without characters that could garble a terminal."""
        return make_printable(str(self.path))
