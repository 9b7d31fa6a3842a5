"""What lies in the year's input folder: every file seen, its fingerprint, and what is no submission at all."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.model.finding import Refusal
from contracts.messages import Wording
from flows.year.locations import DECISIONS, OPENING, ROSTER
from workbooks.gate.file_access import take_bytes

COUNTY_FOLDER = re.compile(r"[0-9]{6}")
# What systems and office programs leave behind, and copies that are not complete yet.
_NOT_SUBMISSIONS = re.compile(
    r"^(~\$|\.|desktop\.ini$|thumbs\.db$|icon\r$|__macosx$|\$recycle\.bin$|system volume information$)"
    r"|~$|\.(part|partial|filepart|tmp|crdownload|download|opdownload|downloading|xltd|td|bc!|!ut|aria2)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file of a county's folder: where it lies and the sha256 of its bytes, or why it could not be read."""

    county: str
    path: Path
    sha256: str
    refusal: Refusal | None = None

    @property
    def name(self) -> str:
        """The file's name, safe to print."""
        return shown(self.path.name)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in the folder that is no submission, and the key of the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """One look at the year's folder."""

    arrivals: tuple[Arrival, ...]
    skipped: tuple[Skipped, ...]
    decisions: tuple[Path, ...]
    openings: tuple[Path, ...] = ()
    loose: tuple[Path, ...] = ()  # workbooks in no folder of their own: a review workbook may be among them


def look(inbox: Path, words: Wording) -> Inbox:
    """Return everything that lies in a year's folder, by name; each thing has exactly one outcome."""
    folders = [one for one in _listed(inbox) if COUNTY_FOLDER.fullmatch(one.name) and one.is_dir()]
    found = [one for folder in folders for one in _arrivals(folder, words)]
    loose = tuple(one for one in _listed(inbox) if _is_loose(one))
    return Inbox(
        arrivals=tuple(one for one in found if isinstance(one, Arrival)),
        skipped=(*(one for one in found if isinstance(one, Skipped)), *_strangers(inbox, (*folders, *loose))),
        decisions=tuple(_listed_files(inbox / DECISIONS)),
        openings=tuple(_listed_files(inbox / OPENING)),
        loose=loose,
    )


def _is_loose(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx" and path.is_file() and not _NOT_SUBMISSIONS.search(path.name)


def shown(name: str) -> str:
    """Return a file name safe to print: control and direction marks, and half characters, are escaped."""
    return "".join(_escaped(one) for one in name)


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - widths of the escapes


def _arrivals(folder: Path, words: Wording) -> Iterator[Arrival | Skipped]:
    for path in _listed(folder):
        if _NOT_SUBMISSIONS.search(path.name):
            yield Skipped(f"{folder.name}/{shown(path.name)}", "system_file")
            continue
        taken = take_bytes(path, words)
        sha256 = "" if isinstance(taken, Refusal) else hashlib.sha256(taken).hexdigest()
        yield Arrival(folder.name, path, sha256, taken if isinstance(taken, Refusal) else None)


def _strangers(inbox: Path, folders: tuple[Path, ...]) -> Iterator[Skipped]:
    known = {one.name for one in folders} | {DECISIONS, OPENING, ROSTER}
    for path in _listed(inbox):
        if path.name not in known:
            yield Skipped(shown(path.name), "system_file" if _NOT_SUBMISSIONS.search(path.name) else "no_county")


def _listed_files(folder: Path) -> list[Path]:
    return [one for one in _listed(folder) if not _NOT_SUBMISSIONS.search(one.name)] if folder.is_dir() else []


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda one: one.name)
