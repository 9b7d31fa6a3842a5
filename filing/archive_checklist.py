"""The checklist of an archive: the items that the measures require, electronic and paper files, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap

from contracts.filing_layout import ArchiveItem
from contracts.messages import Messages
from filing.book.cell_builders import (
    CellRow,
    TableHeading,
    build_header_row,
    build_text_cell,
    clean_text,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet

ITEM_COLUMNS = ("serial", "item", "basis", "electronic", "paper", "standing")
ITEM_WIDTHS = (6.0, 30.0, 18.0, 30.0, 18.0, 10.0)
SUB_PROJECT_COLUMNS = ("serial", "sub_project", "sub_name", "department", "accepted_number", "archived")
SUB_PROJECT_WIDTHS = (6.0, 24.0, 32.0, 22.0, 24.0, 10.0)
FILE_COLUMNS = ("serial", "in_archive", "sha256")
FILE_WIDTHS = (6.0, 48.0, 60.0)


@dataclass(frozen=True, slots=True)
class SubProject:
    """One sub-project as the county lists it.

    *accepted* is the number of the acceptance document, *archived* whether the archive is filed.
    """

    number: str
    name: str
    department: str
    accepted: str
    archived: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveContext:
    """One county's archive of a year.

    *files_by_item* and *paper_file_numbers* map the id of an item to its electronic files and to its paper file
    number. *sha256_by_path* has every file of the archive. *created_at* is an ISO time from the ledger.
    """

    county: str
    code: str
    year: int
    items: tuple[ArchiveItem, ...]
    files_by_item: Mapping[str, Sequence[str]]
    paper_file_numbers: Mapping[str, str]
    sha256_by_path: Mapping[str, str]
    sub_projects: tuple[SubProject, ...]
    created_at: str

    def is_missing(self, item: ArchiveItem) -> bool:
        """Return whether an item is neither in the archive nor on paper."""
        return not item.is_optional and not self.files_by_item.get(item.id) and not self.paper_file_numbers.get(item.id)

    @property
    def missing_items(self) -> tuple[ArchiveItem, ...]:
        """The items that the measures require and that are not filed."""
        return tuple(filter(self.is_missing, self.items))


def build_archive_book(context: ArchiveContext, messages: Messages) -> FilingBook:
    """Return the checklist as a workbook: items, sub-projects, files."""
    title = messages("archive.title", county=clean_text(context.county), year=context.year)
    listed_items = [item for item in context.items if not item.is_optional or context.files_by_item.get(item.id)]
    items = [_build_item_row(context, item, messages) for item in listed_items]
    sub_projects = [_build_sub_project_row(sub_project, messages) for sub_project in context.sub_projects]
    files = list(starmap(_build_file_row, sorted(context.sha256_by_path.items())))
    sheets = (
        _build_sheet(context, "items", (ITEM_COLUMNS, ITEM_WIDTHS, items), messages),
        _build_sheet(context, "sub_projects", (SUB_PROJECT_COLUMNS, SUB_PROJECT_WIDTHS, sub_projects), messages),
        _build_sheet(context, "files", (FILE_COLUMNS, FILE_WIDTHS, files), messages),
    )
    return FilingBook(
        title=title,
        subject=messages("filing.year", year=context.year),
        created_at=context.created_at,
        sheets=sheets,
        page_number=messages("filing.page_number"),
    )


def _build_sheet(
    context: ArchiveContext, name: str, table: tuple[Sequence[str], Sequence[float], list[CellRow]], messages: Messages
) -> FilingSheet:
    columns, widths, rows = table
    heading = TableHeading(
        form_number=messages(f"archive.number.{name}"),
        right_text=messages("filing.year", year=context.year),
        title=messages(f"archive.title_{name}", county=context.county, year=context.year),
        column_count=len(columns),
    )
    numbered_rows = [(Cell(number, CellStyle.CENTRE), *row) for number, row in enumerate(rows, start=1)]
    empty_row = (build_text_cell(messages(f"archive.empty.{name}"), CellStyle.CENTRE, span=len(columns)),)
    note = (build_text_cell(messages(f"archive.note.{name}"), CellStyle.NOTE, span=len(columns)),)
    return FilingSheet(
        name=messages(f"archive.sheet.{name}"),
        rows=(
            *heading.build_rows(),
            build_header_row(messages(f"archive.column.{column}") for column in columns),
            *(numbered_rows or [empty_row]),
            note,
        ),
        widths=fill_page_width(widths, landscape=True),
        landscape=True,
        header_rows=(3, 3),
    )


def _build_item_row(context: ArchiveContext, item: ArchiveItem, messages: Messages) -> CellRow:
    dash = messages("filing.not_applicable")
    status_cell = build_text_cell(messages("archive.there"), CellStyle.CENTRE)
    if context.is_missing(item):
        status_cell = build_text_cell(messages("archive.missing"), CellStyle.SOFT)
    return (
        build_text_cell(item.name),
        build_text_cell(item.basis),
        build_text_cell("\n".join(context.files_by_item.get(item.id, ())) or dash),
        build_text_cell(context.paper_file_numbers.get(item.id, "") or dash),
        status_cell,
    )


def _build_sub_project_row(sub_project: SubProject, messages: Messages) -> CellRow:
    texts = (sub_project.number, sub_project.name, sub_project.department, sub_project.accepted, sub_project.archived)
    return tuple(build_text_cell(text or messages("filing.not_applicable")) for text in texts)


def _build_file_row(path: str, sha256: str) -> CellRow:
    return (build_text_cell(path), build_text_cell(sha256, CellStyle.HASH))
