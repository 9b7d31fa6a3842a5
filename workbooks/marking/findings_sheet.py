"""The sheet that lists the findings, first in a marked workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from lxml import etree

from checks.model.cell_ref import column_letters, parse_address
from checks.model.finding import Finding, Severity
from workbooks.marking.findings_text import COLUMNS, Words, row, summary, weight
from workbooks.ooxml.sheet_list import link_target
from workbooks.ooxml.style_table import Font, Look, Styles
from workbooks.ooxml.text_rows import Rows, fitting_height
from workbooks.ooxml.xml_parts import Element, add

COLOURS = {Severity.HARD: "FFC7CE", Severity.SOFT: "FFEB9C", Severity.REPORT: "DDEBF7"}
HEADER_ROW = 3
REPEATED_ROWS = f"${HEADER_ROW}:${HEADER_ROW}"
_WIDTHS = (5, 9, 12, 9, 11, 11, 9, 32, 28, 19, 17, 13, 22, 5)  # in the order of the columns
_ROOM = tuple(max(width - 2, 5) for width in _WIDTHS)  # without the indent
_LAST = column_letters(len(COLUMNS) - 1)  # of those that are seen
_LETTERS = tuple(column_letters(number) for number in range(1, len(COLUMNS) + 1))
_CENTRED = {"number", "severity", "cell", "rule"}
_AMOUNTS = {"value", "expected", "difference"}
_HEADER_FILL, _FILL_IN = "F2F2F2", "FFFFE0"
_ALLOWED = {"formatColumns": "0", "formatRows": "0", "autoFilter": "0"}  # 0: not forbidden
_CELL_COLUMN = column_letters(COLUMNS.index("cell") + 1)
_MOST_LINKS = 65_530  # Excel reads no more of them in a sheet


@dataclass(frozen=True, slots=True)
class _Looks:
    """The numbers of the styles that this sheet uses."""

    title: int
    summary: int
    header: int
    columns: dict[str, int]
    severities: dict[Severity, int]
    link: int

    @classmethod
    def read(cls, styles: Styles, words: Words) -> Self:
        """Add the styles to those of the workbook."""
        body, heading = Font(words["font_body"], 10.5), Font(words["font_heading"], 10.5)
        return cls(
            title=styles.added(Look(font=Font(words["font_body"], 18, bold=True), border=False, horizontal="center")),
            summary=styles.added(Look(font=body, border=False)),
            header=styles.added(Look(font=heading, fill=_HEADER_FILL, horizontal="center")),
            columns={name: styles.added(_body_look(name, body)) for name in COLUMNS},
            severities={
                severity: styles.added(Look(font=heading, fill=colour, horizontal="center"))
                for severity, colour in COLOURS.items()
            },
            link=styles.added(Look(font=Font(words["font_body"], 10.5, link=True), horizontal="center", as_text=True)),
        )


@dataclass(frozen=True, slots=True)
class FindingsSheet:
    """What is listed, in which words, and which sheets a link may lead to."""

    findings: Sequence[Finding]
    words: Words
    sheets: frozenset[str]
    most: int

    @property
    def listed(self) -> Sequence[Finding]:
        """The findings that have a line."""
        return self.findings[: self.most]

    @property
    def used_columns(self) -> str:
        """Return the range of header and findings, as a filter wants it."""
        return f"$A${HEADER_ROW}:${_LAST}${HEADER_ROW + len(self.listed)}"

    def content(self, styles: Styles, *, main: str) -> bytes:
        """Write the sheet as a part of the workbook, *main* being the namespace of its sheets."""
        root = etree.Element(f"{{{main}}}worksheet", nsmap={None: main})
        add(add(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
        _add_view(root)
        columns = add(root, "cols")
        for number, width in enumerate(_WIDTHS, 1):
            unseen = {"hidden": "1"} if COLUMNS[number - 1] == "key" else {}
            add(columns, "col", min=str(number), max=str(number), width=f"{width}.7109375", customWidth="1", **unseen)
        add(root, "sheetData")
        self._add_what_follows(root)
        return self._rows(_Looks.read(styles, self.words)).into(root)

    def _rows(self, looks: _Looks) -> Rows:
        rows = Rows()
        rows.begin(1, height=36, fixed=True)
        rows.text("A1", self.words["title"], looks.title)
        counted = summary(self.findings, self.words, shown=len(self.listed))
        rows.begin(2, height=fitting_height([counted], [sum(_WIDTHS[:-1])]))
        rows.text("A2", counted, looks.summary)
        headings = [self.words[f"column_{name}"] for name in COLUMNS]
        rows.begin(HEADER_ROW, height=max(24.0, fitting_height(headings, _WIDTHS)))
        for letters, heading in zip(_LETTERS, headings, strict=True):
            rows.text(f"{letters}{HEADER_ROW}", heading, looks.header)
        for number, finding in enumerate(self.listed, 1):
            self._add_finding(rows, number, finding, looks)
        return rows

    def _add_finding(self, rows: Rows, number: int, finding: Finding, looks: _Looks) -> None:
        texts = row(number, finding, self.words)
        place = HEADER_ROW + number
        rows.begin(place, height=fitting_height(list(texts.values())[:-1], _ROOM[:-1]))
        for letters, (name, text) in zip(_LETTERS, texts.items(), strict=True):
            style = looks.columns[name]
            if name == "severity":
                style = looks.severities[weight(finding)]
            elif name == "cell" and self._target(finding):
                style = looks.link
            rows.text(f"{letters}{place}", text, style)

    def _add_what_follows(self, root: Element) -> None:
        """Add what the schema wants after the rows: protection, filter, links, the printed page."""
        listed = f"A{HEADER_ROW}:{_LAST}{HEADER_ROW + len(self.listed)}"
        # No password: it only keeps a slip of the hand from the cells that are not to be filled in.
        add(root, "sheetProtection", sheet="1", objects="1", scenarios="1", **_ALLOWED)
        add(root, "autoFilter", ref=listed)
        merged = add(root, "mergeCells", count="2")
        for line in (1, 2):
            add(merged, "mergeCell", ref=f"A{line}:{_LAST}{line}")
        self._add_links(root)
        add(root, "printOptions", horizontalCentered="1")
        add(root, "pageMargins", left="0.4", right="0.4", top="0.6", bottom="0.6", header="0.3", footer="0.3")
        add(root, "pageSetup", paperSize="9", orientation="landscape", fitToWidth="1", fitToHeight="0")
        add(add(root, "headerFooter"), "oddFooter").text = "&C" + self.words["footer"]
        ignored = add(root, "ignoredErrors")
        add(ignored, "ignoredError", sqref=listed, numberStoredAsText="1")

    def _add_links(self, root: Element) -> None:
        targets = ((number, self._target(finding)) for number, finding in enumerate(self.listed, 1))
        found = [(number, target) for number, target in targets if target][:_MOST_LINKS]
        if found:
            links = add(root, "hyperlinks")
            for number, target in found:
                add(links, "hyperlink", ref=f"{_CELL_COLUMN}{HEADER_ROW + number}", location=target)

    def _target(self, finding: Finding) -> str | None:
        """Return where the link of a finding leads, nothing if there is no such cell."""
        if finding.cell is None or parse_address(finding.cell) is None or finding.sheet not in self.sheets:
            return None
        return link_target(finding.sheet, finding.cell)


def _body_look(name: str, font: Font) -> Look:
    if name == "explanation":
        return Look(font=font, fill=_FILL_IN, locked=False, as_text=True)
    if name in _AMOUNTS:
        return Look(font=font, horizontal="right", as_text=True)
    return Look(font=font, horizontal="center" if name in _CENTRED else "left")


def _add_view(root: Element) -> None:
    """Show the sheet first, the header staying in sight."""
    view = add(add(root, "sheetViews"), "sheetView", showGridLines="0", tabSelected="1", workbookViewId="0")
    below = f"A{HEADER_ROW + 1}"
    add(view, "pane", ySplit=str(HEADER_ROW), topLeftCell=below, activePane="bottomLeft", state="frozen")
    add(view, "selection", pane="bottomLeft", activeCell=below, sqref=below)
    add(root, "sheetFormatPr", defaultRowHeight="15")
