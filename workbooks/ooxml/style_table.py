"""Cell styles added to those of a workbook; the styles that are there stay as they are."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from workbooks.ooxml.relationships import add_relationship, find_related_part
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.xml_parts import LxmlElement, add_child, ensure_child, get_namespace, parse_xml, write_xml
from workbooks.ooxml.zip_package import ZipPackage

STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
TEXT_FORMAT_ID = 49  # the built-in number format @
_STYLESHEET_ORDER = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
_BORDER_SIDES = ("left", "right", "top", "bottom")


@dataclass(frozen=True, slots=True)
class Font:
    """A typeface with its size in points."""

    name: str
    size: float
    bold: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFormat:
    """How a cell of our own looks; *as_text* keeps what is typed into it from becoming a formula."""

    font: Font
    fill: str | None = None
    border: bool = True
    horizontal: str = "left"
    vertical: str = "center"
    as_text: bool = False
    locked: bool = True


@dataclass(frozen=True, slots=True)
class _StyleEntries:
    """The numbered entries of one kind; an entry that is there already is not added again."""

    element: LxmlElement
    numbers_by_xml: dict[bytes, int]

    @classmethod
    def collect(cls, element: LxmlElement, *, reserved: int = 0) -> Self:
        entries = list(element.iterchildren("*"))
        numbered = [(_write_canonical_xml(entry), number) for number, entry in enumerate(entries) if number >= reserved]
        return cls(element, dict(reversed(numbered)))

    def register_entry(self, entry: LxmlElement) -> int:
        """Return the number of the last child, just added, or that of its twin if it has one."""
        key = _write_canonical_xml(entry)
        if key in self.numbers_by_xml:
            self.element.remove(entry)
            return self.numbers_by_xml[key]
        self.numbers_by_xml[key] = self.count_entries() - 1
        self.element.set("count", str(self.count_entries()))
        return self.numbers_by_xml[key]

    def count_entries(self) -> int:
        return sum(1 for _ in self.element.iterchildren("*"))


@dataclass(frozen=True, slots=True)
class StyleTable:
    """The styles of a workbook, to be added to and then saved."""

    package: ZipPackage
    part: str
    root: LxmlElement
    entries_by_kind: dict[str, _StyleEntries]
    painted_styles: dict[tuple[int, str], int] = field(default_factory=dict)

    @classmethod
    def load(cls, sheets: SheetList) -> Self:
        """Find the styles of the workbook, or begin some where it has none."""
        package = sheets.package
        part = find_related_part(package, sheets.part, "styles") or _create_styles_part(sheets)
        root = parse_xml(package.get_part(part))
        return cls(package, part, root, _prepare_entries(root))

    def save(self) -> None:
        """Put the styles back into the archive."""
        self.package.store_part(self.part, write_xml(self.root))

    def paint_style(self, style: int, colour: str) -> int:
        """Return the style that differs from *style* only in its fill."""
        key = (style, colour)
        if key not in self.painted_styles:
            cells = self.entries_by_kind["cellXfs"]
            entries = cells.element.findall("{*}xf")
            new = deepcopy(entries[style] if style < len(entries) else entries[0])
            new.set("fillId", str(self._add_fill(colour)))
            new.set("applyFill", "1")
            new.tail = None
            cells.element.append(new)
            self.painted_styles[key] = cells.register_entry(new)
        return self.painted_styles[key]

    def get_fill_colour(self, style: int) -> str:
        """Return the colour of a plain fill, empty where the style has none."""
        fill = self._find_fill(style)
        colour = None if fill is None else fill.find("{*}patternFill[@patternType='solid']/{*}fgColor")
        return "" if colour is None else (colour.get("rgb") or "")[-6:].upper()

    def get_fill_markup(self, style: int) -> str:
        """Return the markup of a style's fill, to be given back later; empty where it has none."""
        fill = self._find_fill(style)
        if fill is None or fill.find("{*}patternFill[@patternType='none']") is not None or not len(fill):
            return ""
        return _write_canonical_xml(fill).decode()

    def is_painted(self, style: int, current_style: int, colour: str) -> bool:
        """Tell whether *seen* is *style* painted in our *colour*."""
        entries = self.entries_by_kind["cellXfs"].element.findall("{*}xf")
        if max(style, current_style) >= len(entries):
            return False
        one, other = (deepcopy(entries[number]) for number in (style, current_style))
        for entry in (one, other):
            entry.set("fillId", "0")
            entry.set("applyFill", "1")
        return colour != "" and _write_canonical_xml(one) == _write_canonical_xml(other)

    def replace_fill(self, style: int, markup: str) -> int:
        """Return the style that differs from *style* in its fill only, which is that of *markup* or none."""
        cells, number = self.entries_by_kind["cellXfs"], 0
        if markup:
            fills = self.entries_by_kind["fills"]
            fill = parse_xml(markup.encode())
            fills.element.append(fill)
            number = fills.register_entry(fill)
        entries = cells.element.findall("{*}xf")
        new = deepcopy(entries[style] if style < len(entries) else entries[0])
        new.set("fillId", str(number))
        new.tail = None
        cells.element.append(new)
        return cells.register_entry(new)

    def _find_fill(self, style: int) -> LxmlElement | None:
        entries, fills = (self.entries_by_kind[name].element for name in ("cellXfs", "fills"))
        entry = entries[style] if style < len(entries) else None
        number = -1 if entry is None else int(entry.get("fillId", "0"))
        return fills[number] if 0 <= number < len(fills) else None

    def add_style(self, cell_format: CellFormat) -> int:
        """Return the style for a look of our own."""
        cells = self.entries_by_kind["cellXfs"]
        new = add_child(
            cells.element,
            "xf",
            numFmtId=str(TEXT_FORMAT_ID if cell_format.as_text else 0),
            fontId=str(self._add_font(cell_format.font)),
            fillId=str(self._add_fill(cell_format.fill) if cell_format.fill else 0),
            borderId=str(self._add_border() if cell_format.border else 0),
            quotePrefix="0" if cell_format.as_text else "1",
        )
        for applied in ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection"):
            new.set(f"apply{applied}", "1")
        aligned = add_child(
            new, "alignment", horizontal=cell_format.horizontal, vertical=cell_format.vertical, wrapText="1"
        )
        if cell_format.border and cell_format.horizontal != "center":
            aligned.set("indent", "1")  # keeps a figure off the text in the next column
        add_child(new, "protection", locked="1" if cell_format.locked else "0")
        return cells.register_entry(new)

    def _add_fill(self, colour: str) -> int:
        fills = self.entries_by_kind["fills"]
        fill = add_child(fills.element, "fill")
        pattern = add_child(fill, "patternFill", patternType="solid")
        add_child(pattern, "fgColor", rgb=f"FF{colour}")
        add_child(pattern, "bgColor", indexed="64")
        return fills.register_entry(fill)

    def _add_font(self, font: Font) -> int:
        fonts = self.entries_by_kind["fonts"]
        new = add_child(fonts.element, "font")
        if font.bold:
            add_child(new, "b")
        if font.link:
            add_child(new, "u")
        add_child(new, "sz", val=f"{font.size:g}")
        add_child(new, "color", rgb="FF0563C1" if font.link else "FF000000")
        add_child(new, "name", val=font.name)
        add_child(new, "family", val="3")
        add_child(new, "charset", val="134")  # Chinese: lets a machine without this typeface choose a Chinese one
        return fonts.register_entry(new)

    def _add_border(self) -> int:
        borders = self.entries_by_kind["borders"]
        new = add_child(borders.element, "border")
        for side in _BORDER_SIDES:
            add_child(add_child(new, side, style="thin"), "color", rgb="FF000000")
        add_child(new, "diagonal")
        return borders.register_entry(new)


def _create_styles_part(sheets: SheetList) -> str:
    part = "xl/styles.xml"  # some readers look for no other name
    space = get_namespace(sheets.root)
    root = etree.Element(f"{{{space}}}styleSheet", nsmap={None: space})
    _prepare_entries(root)
    add_child(
        ensure_child(root, "cellStyleXfs", _STYLESHEET_ORDER), "xf", numFmtId="0", fontId="0", fillId="0", borderId="0"
    )
    add_child(ensure_child(root, "cellStyles", _STYLESHEET_ORDER), "cellStyle", name="Normal", xfId="0", builtinId="0")
    sheets.package.store_part(part, write_xml(root))
    sheets.package.declare_type(part, STYLES_TYPE)
    add_relationship(sheets.package, sheets.part, "styles", part)
    return part


def _prepare_entries(root: LxmlElement) -> dict[str, _StyleEntries]:
    """Take stock of the styles, with the entries that others may refer to by number put where they lack."""
    fonts, fills, borders, cells = (
        ensure_child(root, name, _STYLESHEET_ORDER) for name in ("fonts", "fills", "borders", "cellXfs")
    )
    for pattern in ("none", "gray125")[len(fills) :]:  # Excel reads the first two as these, whatever they are
        add_child(add_child(fills, "fill"), "patternFill", patternType=pattern)
    if not len(fonts):
        add_child(add_child(fonts, "font"), "sz", val="11")
    if not len(borders):
        add_child(borders, "border")
    if not len(cells):
        add_child(cells, "xf", numFmtId="0", fontId="0", fillId="0", borderId="0")
    return {
        "fonts": _StyleEntries.collect(fonts),
        "fills": _StyleEntries.collect(fills, reserved=2),
        "borders": _StyleEntries.collect(borders),
        "cellXfs": _StyleEntries.collect(cells),
    }


def _write_canonical_xml(entry: LxmlElement) -> bytes:
    return bytes(etree.tostring(entry, method="c14n", exclusive=True, with_tail=False))
