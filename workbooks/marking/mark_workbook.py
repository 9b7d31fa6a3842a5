"""The workbook that is returned to a county: its own file, with every finding marked in the cells concerned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import maxsize
from types import MappingProxyType
from zipfile import BadZipFile

from lxml.etree import LxmlError

from checks.model.finding import Finding
from filing.book.plain_list import PlainList
from workbooks.gate.file_type import compute_unpacked_size
from workbooks.gate.zip_container import ARCHIVE_LIMITS
from workbooks.marking.findings_sheet import REPEATED_ROWS, FindingsSheet
from workbooks.marking.findings_text import MarkMessages, get_shown_severity, list_added_sheets
from workbooks.marking.list_sheet import build_listing_sheet
from workbooks.marking.mark_sheet import SheetMarks, group_marks_by_sheet, mark_sheet
from workbooks.marking.original_styles import OriginalCellStyle, build_original_styles_sheet
from workbooks.marking.unmark_workbook import remove_marks
from workbooks.ooxml.blank_package import create_blank_package
from workbooks.ooxml.plain_workbook import make_plain_workbook
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.style_table import StyleTable
from workbooks.ooxml.xml_parts import get_namespace
from workbooks.ooxml.zip_package import ZipPackage

NO_LIMITS: Mapping[str, int] = MappingProxyType({})
_NO_LIMIT = maxsize
# What markup that nobody foresaw may raise. The verdict on the file is given by then, so the findings must go back.
_MARKUP_ERRORS = (LxmlError, BadZipFile, ValueError, LookupError, ArithmeticError, AttributeError, TypeError)


@dataclass(frozen=True, slots=True)
class _MarkingTask:
    """The findings, the gravest first, and the other lists that go into the workbook."""

    findings: Sequence[Finding]
    messages: MarkMessages
    listings: Sequence[PlainList]
    limits: Mapping[str, int]

    def add_lists(
        self, sheets: SheetList, styles: StyleTable, *, sheet_names: frozenset[str], notice: str = ""
    ) -> None:
        """Insert our lists before the sheets *sheet_names*; *notice* says what could not be marked."""
        max_findings = self.limits.get("listed", _NO_LIMIT)
        findings_sheet = FindingsSheet(self.findings, self.messages, sheet_names, max_findings, notice)
        _add_lists(sheets, findings_sheet, self.listings, styles=styles)


def mark_workbook(
    data: bytes,
    findings: Sequence[Finding],
    messages: MarkMessages,
    *,
    listings: Sequence[PlainList] = (),
    limits: Mapping[str, int] = NO_LIMITS,
) -> bytes:
    """Return the workbook *data* with its cells coloured, comments added and the list of findings in front.

    Marks of an earlier round are removed first. *listings* follow the list of findings. *limits* holds the largest
    number of findings listed ("listed") and of cells coloured for one finding ("painted"); without it there is none.
    A sheet that cannot be marked stays as it is; a workbook that cannot be changed at all is left out, and only the
    lists are returned. The list of findings says so.
    """
    ordered_findings = sorted(findings, key=lambda finding: get_shown_severity(finding).rank)
    task = _MarkingTask(ordered_findings, messages, listings, limits)
    # A picture may unpack to more than this process should hold.
    if compute_unpacked_size(data) > ARCHIVE_LIMITS.max_total_bytes:
        return _build_lists_alone(task)
    try:
        return _mark_in_place(ZipPackage.load(data), task)
    except _MARKUP_ERRORS:
        return _build_lists_alone(task)


def remove_other_marks(data: bytes, message_groups: Sequence[MarkMessages]) -> bytes:
    """Return the workbook *data* without the marks of an earlier round in the languages of *message_groups*.

    It is returned as it is if it has none, or cannot be changed.
    """
    if compute_unpacked_size(data) > ARCHIVE_LIMITS.max_total_bytes:
        return data
    try:
        package = ZipPackage.load(data)
        were_removed = [remove_marks(package, messages) for messages in message_groups]
        return package.to_bytes() if any(were_removed) else data
    except _MARKUP_ERRORS:
        return data


def _mark_in_place(package: ZipPackage, task: _MarkingTask) -> bytes:
    remove_marks(package, task.messages)
    sheets = SheetList.load(package)
    make_plain_workbook(sheets)
    styles = StyleTable.load(sheets)
    parts = _list_county_sheets(sheets, task.messages)
    original_styles: list[OriginalCellStyle] = []
    unmarked_sheets: list[str] = []
    marks_by_sheet = group_marks_by_sheet(task.findings, task.messages, task.limits.get("painted", _NO_LIMIT))
    for name in filter(parts.__contains__, marks_by_sheet):
        sheet_styles = _try_mark_sheet(package, name, parts[name], marks_by_sheet[name], styles=styles, task=task)
        if sheet_styles is None:
            unmarked_sheets.append(name)
        else:
            original_styles += sheet_styles
    notice = _format_notice(unmarked_sheets, task.messages)
    task.add_lists(sheets, styles, sheet_names=frozenset(parts), notice=notice)
    _add_original_styles_sheet(sheets, original_styles, task.messages)
    styles.save()
    sheets.save()
    return package.to_bytes()


def _try_mark_sheet(
    package: ZipPackage, name: str, part: str, marks: SheetMarks, *, styles: StyleTable, task: _MarkingTask
) -> list[OriginalCellStyle] | None:
    """Mark one sheet and return the original styles of its cells, or leave it as it is and return None."""
    entries = dict(package.entries)
    try:
        return mark_sheet(package, name, part, marks, styles=styles, messages=task.messages)
    except _MARKUP_ERRORS:
        package.restore(entries)
        return None


def _format_notice(unmarked_sheets: Sequence[str], messages: MarkMessages) -> str:
    if not unmarked_sheets:
        return ""
    return messages["unmarked_sheets"].format(sheets=messages["separator"].join(unmarked_sheets))


def _build_lists_alone(task: _MarkingTask) -> bytes:
    """Return a workbook with nothing but our lists."""
    package = create_blank_package()
    sheets = SheetList.load(package)
    styles = StyleTable.load(sheets)
    task.add_lists(sheets, styles, sheet_names=frozenset(), notice=task.messages["unmarked_workbook"])
    styles.save()
    sheets.save()
    return package.to_bytes()


def _list_county_sheets(sheets: SheetList, messages: MarkMessages) -> dict[str, str]:
    """Return the parts of the county's own sheets by sheet name, without those that we add."""
    parts = sheets.list_worksheets()
    for name in list_added_sheets(messages):
        parts.pop(name, None)
    return parts


def _add_lists(
    sheets: SheetList, findings_sheet: FindingsSheet, other_listings: Sequence[PlainList], *, styles: StyleTable
) -> None:
    """Insert our lists before the county's sheets, that of the findings before the others."""
    xml_namespace, messages = get_namespace(sheets.root), findings_sheet.messages
    for listing in reversed(other_listings):
        content = build_listing_sheet(
            listing, styles, messages, xml_namespace=xml_namespace, sheet_names=findings_sheet.sheet_names
        )
        sheets.add_sheet(listing.sheet_name, content, first=True)
        sheets.define_names(listing.sheet_name, {"_xlnm.Print_Titles": REPEATED_ROWS})
    sheet_name = messages["sheet_name"]
    sheets.add_first_sheet(sheet_name, findings_sheet.build_part(styles, xml_namespace=xml_namespace))
    sheets.define_names(
        sheet_name, {"_xlnm.Print_Titles": REPEATED_ROWS, "_xlnm._FilterDatabase": findings_sheet.filter_range}
    )


def _add_original_styles_sheet(
    sheets: SheetList, original_styles: Sequence[OriginalCellStyle], messages: MarkMessages
) -> None:
    """Add the hidden sheet by which the marks can be removed again, unless no cell was marked."""
    if original_styles:
        content = build_original_styles_sheet(original_styles, xml_namespace=get_namespace(sheets.root))
        sheets.add_sheet(messages["memory_name"], content, hidden=True)
