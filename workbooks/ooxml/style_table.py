"""Cell styles added to those of a workbook; the styles that are there stay as they are."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from workbooks.ooxml.relationships import relate, related
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.xml_parts import Element, add, ensure, namespace, parse, serialised
from workbooks.ooxml.zip_package import Package

STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
AS_TEXT = 49  # the built-in number format @
_ORDER = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
_SIDES = ("left", "right", "top", "bottom")


@dataclass(frozen=True, slots=True)
class Font:
    """A typeface with its size in points."""

    name: str
    size: float
    bold: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a cell of our own looks; *as_text* keeps what is typed into it from becoming a formula."""

    font: Font
    fill: str | None = None
    border: bool = True
    horizontal: str = "left"
    vertical: str = "center"
    as_text: bool = False
    locked: bool = True


@dataclass(frozen=True, slots=True)
class _Pool:
    """The numbered entries of one kind; an entry that is there already is not added again."""

    element: Element
    known: dict[bytes, int]

    @classmethod
    def read(cls, element: Element, *, reserved: int = 0) -> Self:
        entries = list(element.iterchildren("*"))
        numbered = [(_canonical(entry), number) for number, entry in enumerate(entries) if number >= reserved]
        return cls(element, dict(reversed(numbered)))

    def number_of(self, entry: Element) -> int:
        """Return the number of the last child, just added, or that of its twin if it has one."""
        key = _canonical(entry)
        if key in self.known:
            self.element.remove(entry)
            return self.known[key]
        self.known[key] = self.size() - 1
        self.element.set("count", str(self.size()))
        return self.known[key]

    def size(self) -> int:
        return sum(1 for _ in self.element.iterchildren("*"))


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a workbook, to be added to and then saved."""

    package: Package
    part: str
    root: Element
    pools: dict[str, _Pool]
    painted_before: dict[tuple[int, str], int] = field(default_factory=dict)

    @classmethod
    def read(cls, sheets: SheetList) -> Self:
        """Find the styles of the workbook, or begin some where it has none."""
        package = sheets.package
        part = related(package, sheets.part, "styles") or _begun(sheets)
        root = parse(package.content(part))
        return cls(package, part, root, _pools(root))

    def save(self) -> None:
        """Put the styles back into the archive."""
        self.package.put(self.part, serialised(self.root))

    def painted(self, style: int, colour: str) -> int:
        """Return the style that differs from *style* only in its fill."""
        key = (style, colour)
        if key not in self.painted_before:
            cells = self.pools["cellXfs"]
            entries = cells.element.findall("{*}xf")
            new = deepcopy(entries[style] if style < len(entries) else entries[0])
            new.set("fillId", str(self._fill(colour)))
            new.set("applyFill", "1")
            new.tail = None
            cells.element.append(new)
            self.painted_before[key] = cells.number_of(new)
        return self.painted_before[key]

    def colour_of(self, style: int) -> str:
        """Return the colour of a plain fill, empty where the style has none."""
        fill = self._fill_of(style)
        colour = None if fill is None else fill.find("{*}patternFill[@patternType='solid']/{*}fgColor")
        return "" if colour is None else (colour.get("rgb") or "")[-6:].upper()

    def fill_text(self, style: int) -> str:
        """Return the markup of a style's fill, to be given back later; empty where it has none."""
        fill = self._fill_of(style)
        if fill is None or fill.find("{*}patternFill[@patternType='none']") is not None or not len(fill):
            return ""
        return _canonical(fill).decode()

    def is_painted(self, style: int, seen: int, colour: str) -> bool:
        """Tell whether *seen* is *style* painted in our *colour*."""
        entries = self.pools["cellXfs"].element.findall("{*}xf")
        if max(style, seen) >= len(entries):
            return False
        one, other = (deepcopy(entries[number]) for number in (style, seen))
        for entry in (one, other):
            entry.set("fillId", "0")
            entry.set("applyFill", "1")
        return colour != "" and _canonical(one) == _canonical(other)

    def refilled(self, style: int, markup: str) -> int:
        """Return the style that differs from *style* in its fill only, which is that of *markup* or none."""
        cells, number = self.pools["cellXfs"], 0
        if markup:
            fills = self.pools["fills"]
            fill = parse(markup.encode())
            fills.element.append(fill)
            number = fills.number_of(fill)
        entries = cells.element.findall("{*}xf")
        new = deepcopy(entries[style] if style < len(entries) else entries[0])
        new.set("fillId", str(number))
        new.tail = None
        cells.element.append(new)
        return cells.number_of(new)

    def _fill_of(self, style: int) -> Element | None:
        entries, fills = (self.pools[name].element for name in ("cellXfs", "fills"))
        entry = entries[style] if style < len(entries) else None
        number = -1 if entry is None else int(entry.get("fillId", "0"))
        return fills[number] if 0 <= number < len(fills) else None

    def added(self, look: Look) -> int:
        """Return the style for a look of our own."""
        cells = self.pools["cellXfs"]
        new = add(
            cells.element,
            "xf",
            numFmtId=str(AS_TEXT if look.as_text else 0),
            fontId=str(self._font(look.font)),
            fillId=str(self._fill(look.fill) if look.fill else 0),
            borderId=str(self._border() if look.border else 0),
            quotePrefix="0" if look.as_text else "1",
        )
        for applied in ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection"):
            new.set(f"apply{applied}", "1")
        aligned = add(new, "alignment", horizontal=look.horizontal, vertical=look.vertical, wrapText="1")
        if look.border and look.horizontal != "center":
            aligned.set("indent", "1")  # keeps a figure off the text in the next column
        add(new, "protection", locked="1" if look.locked else "0")
        return cells.number_of(new)

    def _fill(self, colour: str) -> int:
        fills = self.pools["fills"]
        fill = add(fills.element, "fill")
        pattern = add(fill, "patternFill", patternType="solid")
        add(pattern, "fgColor", rgb=f"FF{colour}")
        add(pattern, "bgColor", indexed="64")
        return fills.number_of(fill)

    def _font(self, font: Font) -> int:
        fonts = self.pools["fonts"]
        new = add(fonts.element, "font")
        if font.bold:
            add(new, "b")
        if font.link:
            add(new, "u")
        add(new, "sz", val=f"{font.size:g}")
        add(new, "color", rgb="FF0563C1" if font.link else "FF000000")
        add(new, "name", val=font.name)
        add(new, "family", val="3")
        add(new, "charset", val="134")  # Chinese: lets a machine without this typeface choose a Chinese one
        return fonts.number_of(new)

    def _border(self) -> int:
        borders = self.pools["borders"]
        new = add(borders.element, "border")
        for side in _SIDES:
            add(add(new, side, style="thin"), "color", rgb="FF000000")
        add(new, "diagonal")
        return borders.number_of(new)


def _begun(sheets: SheetList) -> str:
    part = "xl/styles.xml"  # some readers look for no other name
    space = namespace(sheets.root)
    root = etree.Element(f"{{{space}}}styleSheet", nsmap={None: space})
    _pools(root)
    add(ensure(root, "cellStyleXfs", _ORDER), "xf", numFmtId="0", fontId="0", fillId="0", borderId="0")
    add(ensure(root, "cellStyles", _ORDER), "cellStyle", name="Normal", xfId="0", builtinId="0")
    sheets.package.put(part, serialised(root))
    sheets.package.declare(part, STYLES_TYPE)
    relate(sheets.package, sheets.part, "styles", part)
    return part


def _pools(root: Element) -> dict[str, _Pool]:
    """Take stock of the styles, with the entries that others may refer to by number put where they lack."""
    fonts, fills, borders, cells = (ensure(root, name, _ORDER) for name in ("fonts", "fills", "borders", "cellXfs"))
    for pattern in ("none", "gray125")[len(fills) :]:  # Excel reads the first two as these, whatever they are
        add(add(fills, "fill"), "patternFill", patternType=pattern)
    if not len(fonts):
        add(add(fonts, "font"), "sz", val="11")
    if not len(borders):
        add(borders, "border")
    if not len(cells):
        add(cells, "xf", numFmtId="0", fontId="0", fillId="0", borderId="0")
    return {
        "fonts": _Pool.read(fonts),
        "fills": _Pool.read(fills, reserved=2),
        "borders": _Pool.read(borders),
        "cellXfs": _Pool.read(cells),
    }


def _canonical(entry: Element) -> bytes:
    return bytes(etree.tostring(entry, method="c14n", exclusive=True, with_tail=False))
