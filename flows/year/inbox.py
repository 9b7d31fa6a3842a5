"""What lies in the year's input folder: every file seen, its fingerprint, and what is no submission at all."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.model.finding import Refusal
from contracts.messages import Messages
from flows.year.locations import DECISIONS_FOLDER, OPENING_FOLDER, ROSTER_FILE
from workbooks.gate.file_access import read_submission_bytes

COUNTY_FOLDER_NAME = re.compile(r"[0-9]{6}")
# What systems and office programs leave behind, and copies that are not complete yet.
_IGNORED_FILE_NAMES = re.compile(
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
        return make_printable(self.path.name)


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """Something in the folder that is no submission, and the key of the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """One look at the year's folder."""

    arrivals: tuple[Arrival, ...]
    skipped: tuple[SkippedFile, ...]
    decision_files: tuple[Path, ...]
    opening_files: tuple[Path, ...] = ()
    loose_workbooks: tuple[Path, ...] = ()  # workbooks in no folder of their own: a review workbook may be among them


def scan_inbox(inbox: Path, messages: Messages) -> Inbox:
    """Return everything that lies in a year's folder, by name; each thing has exactly one outcome."""
    folders = [one for one in _list_folder(inbox) if COUNTY_FOLDER_NAME.fullmatch(one.name) and one.is_dir()]
    found = [one for folder in folders for one in _scan_county_folder(folder, messages)]
    loose = tuple(one for one in _list_folder(inbox) if _is_loose_workbook(one))
    return Inbox(
        arrivals=tuple(one for one in found if isinstance(one, Arrival)),
        skipped=(
            *(one for one in found if isinstance(one, SkippedFile)),
            *_find_unexpected_files(inbox, (*folders, *loose)),
        ),
        decision_files=tuple(_list_files(inbox / DECISIONS_FOLDER)),
        opening_files=tuple(_list_files(inbox / OPENING_FOLDER)),
        loose_workbooks=loose,
    )


def _is_loose_workbook(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx" and path.is_file() and not _IGNORED_FILE_NAMES.search(path.name)


def make_printable(name: str) -> str:
    """Return a file name safe to print: control and direction marks, and half characters, are escaped."""
    return "".join(_escape_character(one) for one in name)


def _escape_character(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - widths of the escapes


def _scan_county_folder(folder: Path, messages: Messages) -> Iterator[Arrival | SkippedFile]:
    for path in _list_folder(folder):
        if _IGNORED_FILE_NAMES.search(path.name):
            yield SkippedFile(f"{folder.name}/{make_printable(path.name)}", "system_file")
            continue
        taken = read_submission_bytes(path, messages)
        sha256 = "" if isinstance(taken, Refusal) else hashlib.sha256(taken).hexdigest()
        yield Arrival(folder.name, path, sha256, taken if isinstance(taken, Refusal) else None)


def _find_unexpected_files(inbox: Path, known_paths: tuple[Path, ...]) -> Iterator[SkippedFile]:
    known = {one.name for one in known_paths} | {DECISIONS_FOLDER, OPENING_FOLDER, ROSTER_FILE}
    for path in _list_folder(inbox):
        if path.name not in known:
            yield SkippedFile(
                make_printable(path.name), "system_file" if _IGNORED_FILE_NAMES.search(path.name) else "no_county"
            )


def _list_files(folder: Path) -> list[Path]:
    return [one for one in _list_folder(folder) if not _IGNORED_FILE_NAMES.search(one.name)] if folder.is_dir() else []


def _list_folder(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda one: one.name)
