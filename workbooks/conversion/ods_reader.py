"""Read an OpenDocument table (.ods, ISO/IEC 26300-3) from its content.xml: values exactly as they are written."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from checks.model.cell_ref import format_address
from workbooks.conversion.converted_workbook import (
    MAX_COLUMNS,
    MAX_ROWS,
    CellValue,
    ConvertedCell,
    ConvertedSheet,
    ConvertedWorkbook,
    ErrorValue,
)
from workbooks.conversion.ods_formulas import translate_formula
from workbooks.conversion.ods_styles import DATE_FORMAT, MOMENT_FORMAT, StyleCollector, derive_number_format
from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.zip_container import ARCHIVE_LIMITS, Container, refuse_unsafe_xml

CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_ENCRYPTED_PACKAGE: Final = "encrypted-package"
_MAX_DEPTH: Final = 64
_NUMBER_TYPES: Final = frozenset({"float", "percentage", "currency"})
_KNOWN_ERRORS: Final = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_FIRST_YEAR: Final = 1900
_MACRO_FOLDERS: Final = ("basic/", "scripts/")
_OBJECT_FOLDER: Final = re.compile(r"Object [0-9]+/")
# Tables and texts in them are none of the sheet: comments, drawings, recorded changes, copies of linked tables.
_SKIPPED: Final = frozenset(
    {
        "annotation",
        "frame",
        "tracked-changes",
        "dde-links",
        "shapes",
        "forms",
        "custom-shape",
        "table-source",
        "scenario",
    }
)

_CELL_TAGS: Final = frozenset({"table-cell", "covered-table-cell"})
_STYLE_PROPERTIES: Final = frozenset({"table-properties", "table-cell-properties", "text-properties"})
_VALUE_TYPE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_ERROR_TYPE: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"

Attributes = dict[str, str]


def read_ods(container: Container) -> ConvertedWorkbook:
    """Return the sheets of the file; raise IntakeError if it is protected by a password, damaged or too large."""
    _refuse_encrypted(container)
    content = container.unpack_part(CONTENT)
    refuse_unsafe_xml(CONTENT, content)
    reader = _ContentReader()
    try:
        etree.fromstring(content, etree.XMLParser(target=reader))
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise intake_error("damaged", part=CONTENT) from error
    if not reader.sheets:
        raise intake_error("no_sheet")
    return ConvertedWorkbook(
        sheets=reader.sheets,
        cell_formats=reader.styles.list_formats(),
        lost_formulas=reader.lost_formulas,
        foreign_content=_find_foreign_content(container),
    )


def _refuse_encrypted(container: Container) -> None:
    """Refuse a file with a password: its parts, or all of them in one, are encrypted (OpenDocument part 2, 3.4)."""
    if _ENCRYPTED_PACKAGE in container.names:
        raise intake_error("encrypted")
    if _MANIFEST in container.names and b"encryption-data" in container.unpack_part(_MANIFEST):
        raise intake_error("encrypted")
    if CONTENT not in container.names:
        raise intake_error("part_missing", part=CONTENT)


def _find_foreign_content(container: Container) -> dict[str, list[str]]:
    names = sorted(container.names)
    macros = [format_part_name(name) for name in names if name.lower().startswith(_MACRO_FOLDERS) and name[-1] != "/"]
    objects = sorted({match[0].rstrip("/") for match in map(_OBJECT_FOLDER.match, names) if match})
    found = {"macro": macros[:20], "embedded": objects[:20]}
    return {kind: kind_names for kind, kind_names in found.items() if kind_names}


@dataclass(slots=True)
class _Cell:
    """A cell being read: its attributes, and the paragraphs of its text."""

    attributes: Attributes
    paragraphs: list[list[str]] = field(default_factory=list)

    @property
    def shown_text(self) -> str:
        """The text that a reader sees."""
        return "\n".join(map("".join, self.paragraphs))

    @property
    def repeat_count(self) -> int:
        """In how many columns the cell stands."""
        return _read_count(self.attributes, "number-columns-repeated", MAX_COLUMNS)


@dataclass(slots=True)
class _ContentReader:
    """The parser target of lxml: collects styles, sheets, rows and cells from the events of content.xml."""

    styles: StyleCollector = field(default_factory=StyleCollector)
    sheets: list[ConvertedSheet] = field(default_factory=list)
    lost_formulas: list[str] = field(default_factory=list)
    depth: int = 0
    skipped_depth: int = 0
    row: int = 0
    column: int = 0
    row_attributes: Attributes = field(default_factory=dict)
    row_cells: list[_Cell] = field(default_factory=list)
    cell: _Cell | None = None
    column_styles: dict[int, str] = field(default_factory=dict)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    def start(self, tag: str, qualified_attributes: Attributes) -> None:
        """Begin an element."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise intake_error("suspicious", part=CONTENT)
        name = tag.rpartition("}")[2]
        if self.skipped_depth:
            return
        if name in _SKIPPED:
            self.skipped_depth = self.depth
            return
        attributes = {key.rpartition("}")[2]: value for key, value in qualified_attributes.items()}
        if name in _CELL_TAGS:
            self._start_cell(attributes, qualified_attributes)
        elif self.cell is None:
            self._start_outer_element(name, attributes)
        else:
            self._start_text(name, attributes)

    def _start_outer_element(self, name: str, attributes: Attributes) -> None:
        if name == "style":
            self.styles.start_style(attributes)
        elif name in _STYLE_PROPERTIES:
            self.styles.add_properties(name, attributes)
        elif name == "table":
            self._start_sheet(attributes)
        elif name == "table-column":
            self._add_columns(attributes)
        elif name == "table-row":
            self.row_attributes, self.row_cells = attributes, []

    def _start_cell(self, attributes: Attributes, qualified_attributes: Attributes) -> None:
        """Begin a cell; its type stands in two namespaces, and the second one names an error."""
        is_error = qualified_attributes.get(_ERROR_TYPE) == "error"
        kind = qualified_attributes.get(_VALUE_TYPE, "")
        self.cell = _Cell({**attributes, "is-error": "1" if is_error else "", "value-type": kind})

    def _start_text(self, name: str, attributes: Attributes) -> None:
        cell = self.cell
        if cell is None:
            return
        if name == "p":
            cell.paragraphs.append([])
        elif cell.paragraphs and name == "s":
            cell.paragraphs[-1].append(" " * _read_count(attributes, "c", 1000))
        elif cell.paragraphs and name in ("tab", "line-break"):
            cell.paragraphs[-1].append("\t" if name == "tab" else "\n")

    def data(self, text: str) -> None:
        """Add text to the paragraph that is open."""
        if self.cell is not None and self.cell.paragraphs and not self.skipped_depth:
            self.cell.paragraphs[-1].append(text)

    def end(self, tag: str) -> None:
        """End an element."""
        self.depth -= 1
        if self.skipped_depth:
            if self.depth < self.skipped_depth:
                self.skipped_depth = 0
            return
        name = tag.rpartition("}")[2]
        if name in _CELL_TAGS and self.cell is not None:
            self.row_cells.append(self.cell)
            self.cell = None
        elif name == "table-row":
            self._end_row()
        elif name == "table":
            self._end_sheet()

    def close(self) -> None:
        """Return no result: lxml requires the method."""

    def _start_sheet(self, attributes: Attributes) -> None:
        if len(self.sheets) >= ARCHIVE_LIMITS.max_sheets:
            count, most = str(len(self.sheets) + 1), str(ARCHIVE_LIMITS.max_sheets)
            raise intake_error("too_many_sheets", count=count, most=most)
        is_hidden = attributes.get("style-name", "") in self.styles.hidden_tables
        self.sheets.append(ConvertedSheet(attributes.get("name", ""), "hidden" if is_hidden else "visible"))
        self.row = self.column = 0
        self.column_styles, self.hidden_rows, self.hidden_columns = {}, [], []

    def _add_columns(self, attributes: Attributes) -> None:
        count = _read_count(attributes, "number-columns-repeated", MAX_COLUMNS)
        if attributes.get("visibility") in ("collapse", "filter"):
            self.hidden_columns.append((self.column, count))
        for column in range(self.column, min(self.column + count, MAX_COLUMNS)):
            self.column_styles[column] = attributes.get("default-cell-style-name", "")
        self.column += count

    def _end_row(self) -> None:
        count = _read_count(self.row_attributes, "number-rows-repeated", MAX_ROWS)
        if self.row_attributes.get("visibility") in ("collapse", "filter"):
            self.hidden_rows.append((self.row, count))
        filled_cells: list[tuple[int, _Cell]] = []
        column = 0
        for cell in self.row_cells:
            if _is_filled(cell) or "number-columns-spanned" in cell.attributes:
                filled_cells.append((column, cell))
            column += cell.repeat_count
        self._add_cells(filled_cells, row_count=count)
        self.row += count

    def _add_cells(self, cells: list[tuple[int, _Cell]], *, row_count: int) -> None:
        """Add the cells of a row, which may stand for several equal rows."""
        sheet = self.sheets[-1]
        for first_column, cell in cells:
            row_span = _read_count(cell.attributes, "number-rows-spanned", MAX_ROWS)
            column_span = _read_count(cell.attributes, "number-columns-spanned", MAX_COLUMNS)
            converted_cell = self._convert_cell(first_column, cell) if _is_filled(cell) else None
            for row in range(self.row, self.row + row_count):
                if row_span * column_span > 1:
                    sheet.add_merge((row, first_column, row + row_span - 1, first_column + column_span - 1))
                if converted_cell is None:
                    continue
                for column in range(first_column, first_column + cell.repeat_count):
                    sheet.add_cell(row, column, converted_cell)

    def _convert_cell(self, column: int, cell: _Cell) -> ConvertedCell:
        value, number_format = _convert_value(cell)
        written_formula = cell.attributes.get("formula", "")
        formula = translate_formula(written_formula)
        if written_formula and not formula:
            self.lost_formulas.append(f"{self.sheets[-1].name}!{format_address(self.row + 1, column + 1)}")
        style = cell.attributes.get("style-name") or self.column_styles.get(column, "")
        return ConvertedCell(value, formula, self.styles.find_format(style, number_format))

    def _end_sheet(self) -> None:
        """Keep what is hidden up to the last cell only: programs hide all the rest of a sheet in one go."""
        sheet = self.sheets[-1]
        last_row, last_column = sheet.last_position
        for first, count in self.hidden_rows:
            sheet.hidden_rows.update(range(first, min(first + count, last_row + 1)))
        for first, count in self.hidden_columns:
            sheet.hidden_columns.update(range(first, min(first + count, last_column + 1)))


def _read_count(attributes: Attributes, name: str, most: int) -> int:
    text = attributes.get(name, "1")
    if not text.isdecimal() or len(text) > len(str(most)):
        return 1 if not text.isdecimal() else most
    return max(1, min(int(text), most))


def _is_filled(cell: _Cell) -> bool:
    return bool(cell.attributes["value-type"] or cell.attributes.get("formula") or cell.shown_text)


def _convert_value(cell: _Cell) -> tuple[CellValue | ErrorValue | None, str]:
    """Return the value and the number format of a cell."""
    attributes, kind, shown_text = cell.attributes, cell.attributes["value-type"], cell.shown_text
    if attributes["is-error"] or shown_text in _KNOWN_ERRORS:
        return ErrorValue(shown_text if shown_text in _KNOWN_ERRORS else "#VALUE!"), "General"
    if kind in _NUMBER_TYPES:
        return float(attributes["value"]), derive_number_format(shown_text)
    if kind == "date":
        return _convert_date(attributes["date-value"], shown_text)
    if kind == "boolean":
        return attributes["boolean-value"] == "true", "General"
    return attributes.get("string-value", shown_text), "General"


def _convert_date(written: str, shown_text: str) -> tuple[CellValue, str]:
    """Return a date; one before 1900, which no .xlsx can hold, stays the text that is shown."""
    moment = datetime.fromisoformat(written).replace(tzinfo=None)
    if moment.year < _FIRST_YEAR:
        return shown_text, "General"
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment, DATE_FORMAT
    return moment, MOMENT_FORMAT
