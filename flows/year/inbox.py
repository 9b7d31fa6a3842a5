"""The contents of a year's inbox: every submission with the sha256 of its bytes, and all that is no submission."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from checks.model.finding import Refusal
from contracts.messages import Messages
from flows.year.locations import DECISIONS_FOLDER, OPENING_FOLDER, ROSTER_FILE
from workbooks.gate.file_access import read_submission_bytes

_WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".ods")
_SUBMISSION_SUFFIXES = (*_WORKBOOK_SUFFIXES, ".csv")
_CODE_IN_NAME = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
# A workbook is a ZIP archive: one named as a text or a scan is a submission with a wrong name.
_ARCHIVE_START = b"PK\x03\x04"
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
class PaperFile:
    """A file beside a county's workbooks that accompanies them; *name* is printable and has the folder, if any."""

    county: str
    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxNames:
    """What a county's folder and the papers in it may be called.

    *counties* maps the codes of the due counties to their names, *paper_suffixes* are the endings of papers.
    """

    counties: Mapping[str, str] = field(default_factory=dict)
    paper_suffixes: tuple[str, ...] = ()

    def find_county(self, folder: str) -> str:
        """Return the code of the county that a folder belongs to, empty if its name tells none.

        That is a code of six digits alone, or a due county's code or name, alone or with other words.
        """
        if COUNTY_FOLDER_NAME.fullmatch(folder):
            return folder
        name = unicodedata.normalize("NFKC", folder)
        codes = set(filter(self.counties.__contains__, _CODE_IN_NAME.findall(name)))
        if not codes:
            words = {code for code, county in self.counties.items() if county and county in name}
            codes = words if not _CODE_IN_NAME.search(name) else set()
        return codes.pop() if len(codes) == 1 else ""

    def is_paper(self, path: Path) -> bool:
        """Return whether a file may accompany a workbook, by the end of its name."""
        return path.suffix.lower() in self.paper_suffixes


NO_NAMES = InboxNames()


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
    papers: tuple[PaperFile, ...] = ()


def scan_inbox(inbox: Path, messages: Messages, names: InboxNames = NO_NAMES) -> Inbox:
    """Return everything in a year's inbox, ordered by name; every file and folder is listed exactly once."""
    county_folders = [path for path in _list_folder(inbox) if path.is_dir() and names.find_county(path.name)]
    arrivals: list[Arrival] = []
    skipped: list[SkippedFile] = []
    papers: list[PaperFile] = []
    for file in _scan_county_folders(county_folders, messages, names):
        if isinstance(file, Arrival):
            arrivals.append(file)
        elif isinstance(file, PaperFile):
            papers.append(file)
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
        papers=tuple(papers),
    )


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


def _scan_county_folders(
    folders: Iterable[Path], messages: Messages, names: InboxNames
) -> Iterator[Arrival | PaperFile | SkippedFile]:
    for folder in folders:
        county = names.find_county(folder.name)
        has_workbook = any(path.suffix.lower() in _SUBMISSION_SUFFIXES for path in _list_folder(folder))
        for path in _list_folder(folder):
            if has_workbook and _is_paper_folder(path):
                yield from _scan_paper_folder(county, path, messages, names)
            else:
                yield _scan_file(county, path, messages, may_accompany=has_workbook and names.is_paper(path))


def _is_paper_folder(path: Path) -> bool:
    """Return whether a folder inside a county's folder may hold its papers; one named like a workbook is a mistake."""
    is_named_as_workbook = path.suffix.lower() in _WORKBOOK_SUFFIXES
    return path.is_dir() and not path.is_symlink() and not is_named_as_workbook and not _is_ignored(path)


def _scan_paper_folder(
    county: str, folder: Path, messages: Messages, names: InboxNames
) -> Iterator[Arrival | PaperFile | SkippedFile]:
    """Yield the papers of a folder inside a county's folder; whatever else is in it is skipped, with the reason."""
    for path in _list_folder(folder):
        name = f"{folder.name}/{path.name}"
        if _is_ignored(path) or path.is_dir() or not names.is_paper(path):
            reason = "system_file" if _is_ignored(path) else "in_subfolder"
            yield SkippedFile(f"{county}/{make_printable(name)}", reason)
        else:
            yield _scan_file(county, path, messages, may_accompany=True, name=name)


def _scan_file(
    county: str, path: Path, messages: Messages, *, may_accompany: bool, name: str = ""
) -> Arrival | PaperFile | SkippedFile:
    if _is_ignored(path):
        return SkippedFile(f"{county}/{make_printable(path.name)}", "system_file")
    data = read_submission_bytes(path, messages)
    if isinstance(data, Refusal):
        return Arrival(county, path, "", data)
    sha256 = hashlib.sha256(data).hexdigest()
    if may_accompany and not data.startswith(_ARCHIVE_START):
        return PaperFile(county, make_printable(name or path.name), path, sha256)
    return Arrival(county, path, sha256)


def _find_unexpected_files(inbox: Path, expected_paths: Iterable[Path]) -> Iterator[SkippedFile]:
    expected_names = {DECISIONS_FOLDER, OPENING_FOLDER, ROSTER_FILE, *(path.name for path in expected_paths)}
    for path in _list_folder(inbox):
        if path.name in expected_names:
            continue
        reason = "no_county"
        if _is_ignored(path):
            reason = "system_file"
        elif path.is_dir():
            reason = "unnamed_folder"
        yield SkippedFile(make_printable(path.name), reason)


def _list_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in _list_folder(folder) if not _is_ignored(path)]


def _list_folder(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=attrgetter("name"))
