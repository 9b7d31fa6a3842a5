"""Cell styles added to those of a workbook; the styles that it has already are not changed."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from workbooks.ooxml.cell_format import CellFormat, Font
from workbooks.ooxml.relationships import add_relationship, find_related_part
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.xml_parts import (
    LxmlElement,
    add_child,
    ensure_child,
    get_namespace,
    make_sibling_tag,
    parse_index,
    parse_xml,
    try_parse_xml,
    write_xml,
)
from workbooks.ooxml.zip_package import ZipPackage

STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_STYLESHEET_ORDER = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
_BORDER_SIDES = ("left", "right", "top", "bottom")
_APPLIED_GROUPS = ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection")


@dataclass(frozen=True, slots=True)
class _StyleEntries:
    """The numbered entries of one kind; an entry that exists already is not added again."""

    element: LxmlElement
    numbers_by_xml: dict[bytes, int]

    @classmethod
    def collect(cls, element: LxmlElement, *, reserved: int = 0) -> Self:
        """Index the entries of *element*; the first *reserved* ones are never reused."""
        entries = list(element.iterchildren("*"))
        numbers_by_xml: dict[bytes, int] = {}
        for number, entry in enumerate(entries[reserved:], start=reserved):
            numbers_by_xml.setdefault(_write_canonical_xml(entry), number)
        return cls(element, numbers_by_xml)

    def register_entry(self, entry: LxmlElement) -> int:
        """Return the number of *entry*, the last child, just added; if it has an equal, drop it for that one."""
        key = _write_canonical_xml(entry)
        if key in self.numbers_by_xml:
            self.element.remove(entry)
            return self.numbers_by_xml[key]
        self.numbers_by_xml[key] = self.count_entries() - 1
        self.element.set("count", str(self.count_entries()))
        return self.numbers_by_xml[key]

    def count_entries(self) -> int:
        return len(list(self.element.iterchildren("*")))


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
        """Read the styles of the workbook, or create a part for them if it has none."""
        package = sheets.package
        part = find_related_part(package, sheets.part, "styles") or _create_styles_part(sheets)
        root = parse_xml(package.get_part(part))
        return cls(package, part, root, _prepare_entries(root))

    def save(self) -> None:
        """Store the styles in the archive."""
        self.package.store_part(self.part, write_xml(self.root))

    def paint_style(self, style: int, colour: str) -> int:
        """Return the style that differs from *style* only in its fill, which is plain and of *colour* (RGB)."""
        key = (style, colour)
        if key not in self.painted_styles:
            new = self._copy_style(style)
            new.set("fillId", str(self._add_fill(colour)))
            new.set("applyFill", "1")
            self.painted_styles[key] = self._append_style(new)
        return self.painted_styles[key]

    def get_fill_colour(self, style: int) -> str:
        """Return the colour (RGB) of a style with a plain fill, or an empty text if it has none."""
        fill = self._find_fill(style)
        if fill is None:
            return ""
        colour = fill.find("{*}patternFill[@patternType='solid']/{*}fgColor")
        if colour is None:
            return ""
        return (colour.get("rgb") or "")[-6:].upper()

    def get_fill_markup(self, style: int) -> str:
        """Return the markup of a style's fill, to be restored later, or an empty text if it has none."""
        fill = self._find_fill(style)
        if fill is None or fill.find("{*}patternFill[@patternType='none']") is not None or not len(fill):
            return ""
        return _write_canonical_xml(fill).decode()

    def is_painted(self, style: int, current_style: int, colour: str) -> bool:
        """Return whether *current_style* is *style* painted in *colour*."""
        styles = self._list_styles()
        if not colour or max(style, current_style) >= len(styles):
            return False
        return _write_style_without_fill(styles[style]) == _write_style_without_fill(styles[current_style])

    def replace_fill(self, style: int, markup: str) -> int:
        """Return the style that differs from *style* only in its fill, which is that of *markup*, or none."""
        new = self._copy_style(style)
        new.set("fillId", str(self._restore_fill(markup)))
        return self._append_style(new)

    def add_style(self, cell_format: CellFormat) -> int:
        """Return the number of the style with this format; add the style if there is none."""
        fill_id = border_id = 0
        if cell_format.fill:
            fill_id = self._add_fill(cell_format.fill)
        if cell_format.border:
            border_id = self._add_border()
        new = add_child(
            self.entries_by_kind["cellXfs"].element,
            "xf",
            numFmtId=str(cell_format.number_format_id),
            fontId=str(self._add_font(cell_format.font)),
            fillId=str(fill_id),
            borderId=str(border_id),
            quotePrefix=_format_flag(on=not cell_format.as_text),
        )
        for group in _APPLIED_GROUPS:
            new.set(f"apply{group}", "1")
        _add_alignment(new, cell_format)
        add_child(new, "protection", locked=_format_flag(on=cell_format.locked))
        return self.entries_by_kind["cellXfs"].register_entry(new)

    def _list_styles(self) -> list[LxmlElement]:
        return list(self.entries_by_kind["cellXfs"].element.findall("{*}xf"))

    def _copy_style(self, style: int) -> LxmlElement:
        """Return a copy of a style; a number without an entry stands for the first style."""
        styles = self._list_styles()
        if style >= len(styles):
            style = 0
        copy = deepcopy(styles[style])
        copy.tail = None
        return copy

    def _append_style(self, new: LxmlElement) -> int:
        styles = self.entries_by_kind["cellXfs"]
        styles.element.append(new)
        return styles.register_entry(new)

    def _find_fill(self, style: int) -> LxmlElement | None:
        styles, fills = self.entries_by_kind["cellXfs"].element, self.entries_by_kind["fills"].element
        if style >= len(styles):
            return None
        fill_id = parse_index(styles[style].get("fillId"))
        if fill_id >= len(fills):
            return None
        return fills[fill_id]

    def _add_fill(self, colour: str) -> int:
        fills = self.entries_by_kind["fills"]
        fill = add_child(fills.element, "fill")
        pattern = add_child(fill, "patternFill", patternType="solid")
        add_child(pattern, "fgColor", rgb=f"FF{colour}")
        add_child(pattern, "bgColor", indexed="64")
        return fills.register_entry(fill)

    def _restore_fill(self, markup: str) -> int:
        """Return the number of the fill with this markup; that of no fill if the markup is not that of a fill."""
        fills = self.entries_by_kind["fills"]
        fill = try_parse_xml(markup.encode())
        # The markup comes from a sheet of the file, which anybody may have changed.
        if fill is None or fill.tag != make_sibling_tag(fills.element, "fill"):
            return 0
        fills.element.append(fill)
        return fills.register_entry(fill)

    def _add_font(self, font: Font) -> int:
        fonts = self.entries_by_kind["fonts"]
        new = add_child(fonts.element, "font")
        if font.bold:
            add_child(new, "b")
        if font.link:
            add_child(new, "u")
        add_child(new, "sz", val=f"{font.size:g}")
        add_child(new, "color", rgb=font.colour)
        add_child(new, "name", val=font.name)
        add_child(new, "family", val="3")
        # The Chinese character set makes a machine without this typeface choose another Chinese one.
        add_child(new, "charset", val="134")
        return fonts.register_entry(new)

    def _add_border(self) -> int:
        borders = self.entries_by_kind["borders"]
        new = add_child(borders.element, "border")
        for side in _BORDER_SIDES:
            add_child(add_child(new, side, style="thin"), "color", rgb="FF000000")
        add_child(new, "diagonal")
        return borders.register_entry(new)


def _write_style_without_fill(style: LxmlElement) -> bytes:
    copy = deepcopy(style)
    copy.set("fillId", "0")
    copy.set("applyFill", "1")
    return _write_canonical_xml(copy)


def _add_alignment(style: LxmlElement, cell_format: CellFormat) -> None:
    alignment = add_child(
        style, "alignment", horizontal=cell_format.horizontal, vertical=cell_format.vertical, wrapText="1"
    )
    if cell_format.border and cell_format.horizontal != "center":
        # Keeps a figure apart from the text in the next column.
        alignment.set("indent", "1")


def _format_flag(*, on: bool) -> str:
    return str(int(on))


def _create_styles_part(sheets: SheetList) -> str:
    # Some readers look for no other name.
    part = "xl/styles.xml"
    namespace = get_namespace(sheets.root)
    root = etree.Element(f"{{{namespace}}}styleSheet", nsmap={None: namespace})
    _prepare_entries(root)
    base_styles = ensure_child(root, "cellStyleXfs", _STYLESHEET_ORDER)
    add_child(base_styles, "xf", numFmtId="0", fontId="0", fillId="0", borderId="0")
    named_styles = ensure_child(root, "cellStyles", _STYLESHEET_ORDER)
    add_child(named_styles, "cellStyle", name="Normal", xfId="0", builtinId="0")
    sheets.package.store_part(part, write_xml(root))
    sheets.package.declare_type(part, STYLES_TYPE)
    add_relationship(sheets.package, sheets.part, "styles", part)
    return part


def _prepare_entries(root: LxmlElement) -> dict[str, _StyleEntries]:
    """Index the entries of *root*; add missing default entries, which others may refer to by number."""
    fonts = ensure_child(root, "fonts", _STYLESHEET_ORDER)
    fills = ensure_child(root, "fills", _STYLESHEET_ORDER)
    borders = ensure_child(root, "borders", _STYLESHEET_ORDER)
    styles = ensure_child(root, "cellXfs", _STYLESHEET_ORDER)
    # Excel takes the first two fills for these, whatever the file has in their places.
    for pattern in ("none", "gray125")[len(fills) :]:
        add_child(add_child(fills, "fill"), "patternFill", patternType=pattern)
    if not len(fonts):
        add_child(add_child(fonts, "font"), "sz", val="11")
    if not len(borders):
        add_child(borders, "border")
    if not len(styles):
        add_child(styles, "xf", numFmtId="0", fontId="0", fillId="0", borderId="0")
    return {
        "fonts": _StyleEntries.collect(fonts),
        "fills": _StyleEntries.collect(fills, reserved=2),
        "borders": _StyleEntries.collect(borders),
        "cellXfs": _StyleEntries.collect(styles),
    }


def _write_canonical_xml(entry: LxmlElement) -> bytes:
    return bytes(etree.tostring(entry, method="c14n", exclusive=True, with_tail=False))
