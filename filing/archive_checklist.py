"""The checklist of an archive: what the measures want kept, what is there, what is missing, electronic beside paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.filing_layout import ArchiveItem
from contracts.messages import Wording
from filing.book.cell_builders import Heading, Row, clean, full, headers, text
from filing.book.workbook_model import Cell, FilingBook, Look, Sheet

ITEMS = ("serial", "item", "basis", "electronic", "paper", "standing")
ITEM_WIDTHS = (6.0, 30.0, 18.0, 30.0, 18.0, 10.0)
SUB_PROJECTS = ("serial", "sub_project", "sub_name", "department", "accepted_number", "archived")
SUB_WIDTHS = (6.0, 24.0, 32.0, 22.0, 24.0, 10.0)
FILES = ("serial", "in_archive", "sha256")
FILE_WIDTHS = (6.0, 48.0, 60.0)


@dataclass(frozen=True, slots=True)
class SubProject:
    """One sub-project as the county lists it: number, name, department, acceptance, whether its archive is filed."""

    number: str
    name: str
    department: str
    accepted: str
    archived: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveScene:
    """One county's archive of a year; *files* maps each item to the files that hold it, *paper* to its file number.

    *digests* are the sha256 of every file by its place in the archive; *created* is an ISO time from the ledger.
    """

    county: str
    code: str
    year: int
    items: tuple[ArchiveItem, ...]
    files: Mapping[str, Sequence[str]]
    paper: Mapping[str, str]
    digests: Mapping[str, str]
    sub_projects: tuple[SubProject, ...]
    created: str

    def is_missing(self, item: ArchiveItem) -> bool:
        """Tell whether an item is neither in the archive nor on paper."""
        return not self.files.get(item.id) and not self.paper.get(item.id)

    @property
    def missing(self) -> tuple[ArchiveItem, ...]:
        """Return what the measures want and nobody has filed."""
        return tuple(one for one in self.items if self.is_missing(one))


def archive_book(scene: ArchiveScene, words: Wording) -> FilingBook:
    """Return the checklist as a workbook: items, sub-projects, files."""
    title = words("archive.title", county=clean(scene.county), year=scene.year)
    items = [_item(scene, one, words) for one in scene.items]
    sub_projects = [_sub_project(one, words) for one in scene.sub_projects]
    files = [_file(*one) for one in sorted(scene.digests.items())]
    sheets = (
        _sheet(scene, "items", (ITEMS, ITEM_WIDTHS, items), words),
        _sheet(scene, "sub_projects", (SUB_PROJECTS, SUB_WIDTHS, sub_projects), words),
        _sheet(scene, "files", (FILES, FILE_WIDTHS, files), words),
    )
    return FilingBook(title=title, subject=words("filing.year", year=scene.year), created=scene.created, sheets=sheets)


def _sheet(
    scene: ArchiveScene, name: str, table: tuple[Sequence[str], Sequence[float], list[Row]], words: Wording
) -> Sheet:
    columns, widths, rows = table
    heading = Heading(
        number=words(f"archive.number.{name}"),
        right=words("filing.year", year=scene.year),
        title=words(f"archive.title_{name}", county=scene.county, year=scene.year),
        columns=len(columns),
    )
    listed = [(Cell(at, Look.CENTRE), *row) for at, row in enumerate(rows, start=1)]
    empty = (text(words(f"archive.empty.{name}"), Look.CENTRE, span=len(columns)),)
    note = (text(words(f"archive.note.{name}"), Look.NOTE, span=len(columns)),)
    return Sheet(
        name=words(f"archive.sheet.{name}"),
        rows=(
            *heading.rows(),
            headers(words(f"archive.column.{one}") for one in columns),
            *(listed or [empty]),
            note,
        ),
        widths=full(widths, landscape=True),
        landscape=True,
        header_rows=(3, 3),
    )


def _item(scene: ArchiveScene, item: ArchiveItem, words: Wording) -> Row:
    missing = scene.is_missing(item)
    dash = words("filing.not_applicable")
    return (
        text(item.name),
        text(item.basis),
        text("\n".join(scene.files.get(item.id, ())) or dash),
        text(scene.paper.get(item.id, "") or dash),
        text(words("archive.missing" if missing else "archive.there"), Look.SOFT if missing else Look.CENTRE),
    )


def _sub_project(one: SubProject, words: Wording) -> Row:
    said = (one.number, one.name, one.department, one.accepted, one.archived)
    return tuple(text(part or words("filing.not_applicable")) for part in said)


def _file(path: str, sha256: str) -> Row:
    return (text(path), text(sha256, Look.HASH))
