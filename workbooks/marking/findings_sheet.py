"""The sheet that lists the findings, first in a marked workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from lxml import etree

from checks.model.cell_ref import column_letters, parse_address
from checks.model.finding import Finding, Severity
from workbooks.marking.findings_text import (
    FINDING_COLUMNS,
    MarkMessages,
    format_finding,
    format_summary,
    get_shown_severity,
)
from workbooks.ooxml.sheet_list import link_target
from workbooks.ooxml.style_table import CellFormat, Font, StyleTable
from workbooks.ooxml.text_rows import RowWriter, estimate_row_height
from workbooks.ooxml.xml_parts import LxmlElement, add_child

SEVERITY_COLOURS = {Severity.HARD: "FFC7CE", Severity.SOFT: "FFEB9C", Severity.REPORT: "DDEBF7"}
HEADER_ROW = 3
REPEATED_ROWS = f"${HEADER_ROW}:${HEADER_ROW}"
_COLUMN_WIDTHS = (5, 9, 12, 9, 11, 11, 9, 32, 28, 19, 17, 13, 22, 5)  # in the order of the columns
_TEXT_WIDTHS = tuple(max(width - 2, 5) for width in _COLUMN_WIDTHS)  # without the indent
_LAST_VISIBLE_COLUMN = column_letters(len(FINDING_COLUMNS) - 1)  # of those that are seen
_COLUMN_LETTERS = tuple(column_letters(number) for number in range(1, len(FINDING_COLUMNS) + 1))
_CENTRED_COLUMNS = {"number", "severity", "cell", "rule"}
_AMOUNT_COLUMNS = {"value", "expected", "difference"}
_HEADER_FILL, _INPUT_FILL = "F2F2F2", "FFFFE0"
_ALLOWED_ACTIONS = {"formatColumns": "0", "formatRows": "0", "autoFilter": "0"}  # 0: not forbidden
_CELL_COLUMN = column_letters(FINDING_COLUMNS.index("cell") + 1)
_MAX_LINKS = 65_530  # Excel reads no more of them in a sheet


@dataclass(frozen=True, slots=True)
class _FindingsSheetStyles:
    """The numbers of the styles that this sheet uses."""

    title: int
    summary: int
    header: int
    columns: dict[str, int]
    severities: dict[Severity, int]
    link: int

    @classmethod
    def add_to_workbook(cls, styles: StyleTable, messages: MarkMessages) -> Self:
        """Add the styles to those of the workbook."""
        body, heading = Font(messages["font_body"], 10.5), Font(messages["font_heading"], 10.5)
        return cls(
            title=styles.add_style(
                CellFormat(font=Font(messages["font_body"], 18, bold=True), border=False, horizontal="center")
            ),
            summary=styles.add_style(CellFormat(font=body, border=False)),
            header=styles.add_style(CellFormat(font=heading, fill=_HEADER_FILL, horizontal="center")),
            columns={name: styles.add_style(_build_body_format(name, body)) for name in FINDING_COLUMNS},
            severities={
                severity: styles.add_style(CellFormat(font=heading, fill=colour, horizontal="center"))
                for severity, colour in SEVERITY_COLOURS.items()
            },
            link=styles.add_style(
                CellFormat(font=Font(messages["font_body"], 10.5, link=True), horizontal="center", as_text=True)
            ),
        )


@dataclass(frozen=True, slots=True)
class FindingsSheet:
    """What is listed, in which words, and which sheets a link may lead to."""

    findings: Sequence[Finding]
    messages: MarkMessages
    sheet_names: frozenset[str]
    max_findings: int

    @property
    def visible_findings(self) -> Sequence[Finding]:
        """The findings that have a line."""
        return self.findings[: self.max_findings]

    @property
    def filter_range(self) -> str:
        """Return the range of header and findings, as a filter wants it."""
        return f"$A${HEADER_ROW}:${_LAST_VISIBLE_COLUMN}${HEADER_ROW + len(self.visible_findings)}"

    def build_part(self, styles: StyleTable, *, xml_namespace: str) -> bytes:
        """Write the sheet as a part of the workbook, *main* being the namespace of its sheets."""
        root = etree.Element(f"{{{xml_namespace}}}worksheet", nsmap={None: xml_namespace})
        add_child(add_child(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
        _add_view(root)
        columns = add_child(root, "cols")
        for number, width in enumerate(_COLUMN_WIDTHS, 1):
            unseen = {"hidden": "1"} if FINDING_COLUMNS[number - 1] == "key" else {}
            add_child(
                columns, "col", min=str(number), max=str(number), width=f"{width}.7109375", customWidth="1", **unseen
            )
        add_child(root, "sheetData")
        self._add_trailing_elements(root)
        return self._build_rows(_FindingsSheetStyles.add_to_workbook(styles, self.messages)).insert_into(root)

    def _build_rows(self, styles: _FindingsSheetStyles) -> RowWriter:
        rows = RowWriter()
        rows.begin_row(1, height=36, fixed=True)
        rows.write_text("A1", self.messages["title"], styles.title)
        counted = format_summary(self.findings, self.messages, shown_count=len(self.visible_findings))
        rows.begin_row(2, height=estimate_row_height([counted], [sum(_COLUMN_WIDTHS[:-1])]))
        rows.write_text("A2", counted, styles.summary)
        headings = [self.messages[f"column_{name}"] for name in FINDING_COLUMNS]
        rows.begin_row(HEADER_ROW, height=max(24.0, estimate_row_height(headings, _COLUMN_WIDTHS)))
        for letters, heading in zip(_COLUMN_LETTERS, headings, strict=True):
            rows.write_text(f"{letters}{HEADER_ROW}", heading, styles.header)
        for number, finding in enumerate(self.visible_findings, 1):
            self._add_finding(rows, number, finding, styles)
        return rows

    def _add_finding(self, rows: RowWriter, number: int, finding: Finding, styles: _FindingsSheetStyles) -> None:
        texts = format_finding(number, finding, self.messages)
        place = HEADER_ROW + number
        rows.begin_row(place, height=estimate_row_height(list(texts.values())[:-1], _TEXT_WIDTHS[:-1]))
        for letters, (name, text) in zip(_COLUMN_LETTERS, texts.items(), strict=True):
            style = styles.columns[name]
            if name == "severity":
                style = styles.severities[get_shown_severity(finding)]
            elif name == "cell" and self._find_link_target(finding):
                style = styles.link
            rows.write_text(f"{letters}{place}", text, style)

    def _add_trailing_elements(self, root: LxmlElement) -> None:
        """Add what the schema wants after the rows: protection, filter, links, the printed page."""
        listed = f"A{HEADER_ROW}:{_LAST_VISIBLE_COLUMN}{HEADER_ROW + len(self.visible_findings)}"
        # No password: it only keeps a slip of the hand from the cells that are not to be filled in.
        add_child(root, "sheetProtection", sheet="1", objects="1", scenarios="1", **_ALLOWED_ACTIONS)
        add_child(root, "autoFilter", ref=listed)
        merged = add_child(root, "mergeCells", count="2")
        for line in (1, 2):
            add_child(merged, "mergeCell", ref=f"A{line}:{_LAST_VISIBLE_COLUMN}{line}")
        self._add_links(root)
        add_child(root, "printOptions", horizontalCentered="1")
        add_child(root, "pageMargins", left="0.4", right="0.4", top="0.6", bottom="0.6", header="0.3", footer="0.3")
        add_child(root, "pageSetup", paperSize="9", orientation="landscape", fitToWidth="1", fitToHeight="0")
        add_child(add_child(root, "headerFooter"), "oddFooter").text = "&C" + self.messages["footer"]
        ignored = add_child(root, "ignoredErrors")
        add_child(ignored, "ignoredError", sqref=listed, numberStoredAsText="1")

    def _add_links(self, root: LxmlElement) -> None:
        targets = ((number, self._find_link_target(finding)) for number, finding in enumerate(self.visible_findings, 1))
        found = [(number, target) for number, target in targets if target][:_MAX_LINKS]
        if found:
            links = add_child(root, "hyperlinks")
            for number, target in found:
                add_child(links, "hyperlink", ref=f"{_CELL_COLUMN}{HEADER_ROW + number}", location=target)

    def _find_link_target(self, finding: Finding) -> str | None:
        """Return where the link of a finding leads, nothing if there is no such cell."""
        if finding.cell is None or parse_address(finding.cell) is None or finding.sheet not in self.sheet_names:
            return None
        return link_target(finding.sheet, finding.cell)


def _build_body_format(name: str, font: Font) -> CellFormat:
    if name == "explanation":
        return CellFormat(font=font, fill=_INPUT_FILL, locked=False, as_text=True)
    if name in _AMOUNT_COLUMNS:
        return CellFormat(font=font, horizontal="right", as_text=True)
    return CellFormat(font=font, horizontal="center" if name in _CENTRED_COLUMNS else "left")


def _add_view(root: LxmlElement) -> None:
    """Show the sheet first, the header staying in sight."""
    view = add_child(add_child(root, "sheetViews"), "sheetView", showGridLines="0", tabSelected="1", workbookViewId="0")
    below = f"A{HEADER_ROW + 1}"
    add_child(view, "pane", ySplit=str(HEADER_ROW), topLeftCell=below, activePane="bottomLeft", state="frozen")
    add_child(view, "selection", pane="bottomLeft", activeCell=below, sqref=below)
    add_child(root, "sheetFormatPr", defaultRowHeight="15")
