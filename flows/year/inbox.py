"""The contents of a year's inbox: every submission with the sha256 of its bytes, and all that is no submission."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from checks.model.finding import Refusal
from contracts.messages import Messages
from flows.year.locations import DECISIONS_FOLDER, OPENING_FOLDER, ROSTER_FILE
from workbooks.gate.file_access import read_submission_bytes

_WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".ods")
COUNTY_FOLDER_NAME = re.compile(r"[0-9]{6}")
# Files that operating systems and office programs leave behind, and copies that are not complete yet.
_IGNORED_FILE_NAMES = re.compile(
    r"^(~\$|\.|desktop\.ini$|thumbs\.db$|icon\r$|__macosx$|\$recycle\.bin$|system volume information$)"
    r"|~$|\.(part|partial|filepart|tmp|crdownload|download|opdownload|downloading|xltd|td|bc!|!ut|aria2)$",
    re.IGNORECASE,
)
_MAX_BYTE_CODE = 0xFF
_MAX_BASIC_PLANE_CODE = 0xFFFF


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file of a county's folder: its path and the sha256 of its bytes, or why it could not be read."""

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
    """A file or folder of the inbox that is no submission, and the key of the reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """The contents of a year's inbox at one moment.

    *loose_workbooks* are workbooks outside of any folder: review workbooks may be among them.
    """

    arrivals: tuple[Arrival, ...]
    skipped: tuple[SkippedFile, ...]
    decision_files: tuple[Path, ...]
    opening_files: tuple[Path, ...] = ()
    loose_workbooks: tuple[Path, ...] = ()


def scan_inbox(inbox: Path, messages: Messages) -> Inbox:
    """Return everything in a year's inbox, ordered by name; every file and folder is listed exactly once."""
    county_folders = list(filter(_is_county_folder, _list_folder(inbox)))
    arrivals: list[Arrival] = []
    skipped: list[SkippedFile] = []
    for file in _scan_county_folders(county_folders, messages):
        if isinstance(file, Arrival):
            arrivals.append(file)
        else:
            skipped.append(file)
    loose_workbooks = tuple(filter(_is_loose_workbook, _list_folder(inbox)))
    skipped += _find_unexpected_files(inbox, (*county_folders, *loose_workbooks))
    return Inbox(
        arrivals=tuple(arrivals),
        skipped=tuple(skipped),
        decision_files=tuple(_list_files(inbox / DECISIONS_FOLDER)),
        opening_files=tuple(_list_files(inbox / OPENING_FOLDER)),
        loose_workbooks=loose_workbooks,
    )


def _is_county_folder(path: Path) -> bool:
    return COUNTY_FOLDER_NAME.fullmatch(path.name) is not None and path.is_dir()


def _is_loose_workbook(path: Path) -> bool:
    return path.suffix.lower() in _WORKBOOK_SUFFIXES and path.is_file() and not _is_ignored(path)


def _is_ignored(path: Path) -> bool:
    return _IGNORED_FILE_NAMES.search(path.name) is not None


def make_printable(name: str) -> str:
    """Return a file name safe to print: control characters, direction marks and lone surrogates are escaped."""
    return "".join(map(_escape_character, name))


def _escape_character(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    code = ord(character)
    if code <= _MAX_BYTE_CODE:
        return f"\\x{code:02x}"
    if code <= _MAX_BASIC_PLANE_CODE:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


def _scan_county_folders(folders: Iterable[Path], messages: Messages) -> Iterator[Arrival | SkippedFile]:
    for folder in folders:
        yield from _scan_county_folder(folder, messages)


def _scan_county_folder(folder: Path, messages: Messages) -> Iterator[Arrival | SkippedFile]:
    for path in _list_folder(folder):
        if _is_ignored(path):
            yield SkippedFile(f"{folder.name}/{make_printable(path.name)}", "system_file")
            continue
        data = read_submission_bytes(path, messages)
        if isinstance(data, Refusal):
            yield Arrival(folder.name, path, "", data)
        else:
            yield Arrival(folder.name, path, hashlib.sha256(data).hexdigest())


def _find_unexpected_files(inbox: Path, expected_paths: Iterable[Path]) -> Iterator[SkippedFile]:
    expected_names = {DECISIONS_FOLDER, OPENING_FOLDER, ROSTER_FILE, *(path.name for path in expected_paths)}
    for path in _list_folder(inbox):
        if path.name in expected_names:
            continue
        reason = "no_county"
        if _is_ignored(path):
            reason = "system_file"
        yield SkippedFile(make_printable(path.name), reason)


def _list_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in _list_folder(folder) if not _is_ignored(path)]


def _list_folder(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=attrgetter("name"))
