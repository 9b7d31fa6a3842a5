"""What a marked workbook remembers of the cells that we marked, on a sheet that nobody sees: marks come off by it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from checks.model.cell_ref import Position, format_address, parse_address
from workbooks.ooxml.relationships import related
from workbooks.ooxml.text_rows import Rows
from workbooks.ooxml.xml_parts import add, parse, sibling_tag
from workbooks.ooxml.zip_package import Package

_MADE = "new"


@dataclass(frozen=True, slots=True)
class Trace:
    """One cell before we touched it.

    *style* is its number, empty where the cell bore none and None where there was no cell; *fill* the markup of the
    fill, empty where there was none; *comment* the length of the comment that was there, None where we wrote none.
    """

    sheet: str
    cell: Position
    painted: bool = False
    style: str | None = None
    fill: str = ""
    comment: int | None = None


def memory_part(traces: Iterable[Trace], *, main: str) -> bytes:
    """Write the sheet, *main* being the namespace of the workbook's sheets."""
    root = etree.Element(f"{{{main}}}worksheet", nsmap={None: main})
    add(root, "sheetData")
    rows = Rows()
    for number, trace in enumerate(traces, 1):
        rows.begin(number)
        for letters, text in zip("ABCDE", _texts(trace), strict=True):
            if text:
                rows.text(f"{letters}{number}", text)
    return rows.into(root)


def read_memory(package: Package, book: str, part: str) -> list[Trace]:
    """Read the sheet back, whatever program has saved it since."""
    return [trace for texts in _rows(package, book, part) if (trace := _trace(texts)) is not None]


def _texts(trace: Trace) -> tuple[str, ...]:
    style = _MADE if trace.style is None else f"s{trace.style}"
    comment = "" if trace.comment is None else f"c{trace.comment}"
    return trace.sheet, format_address(*trace.cell), style if trace.painted else "", trace.fill, comment


def _trace(texts: dict[int, str]) -> Trace | None:
    cell = parse_address(texts.get(2, ""))
    if cell is None or not texts.get(1):
        return None
    style, comment = texts.get(3, ""), texts.get(5, "").removeprefix("c")
    return Trace(
        texts[1],
        cell,
        painted=bool(style),
        style=None if style == _MADE else style.removeprefix("s"),
        fill=texts.get(4, ""),
        comment=int(comment) if comment.isdecimal() else None,
    )


def _rows(package: Package, book: str, part: str) -> Iterator[dict[int, str]]:
    root = parse(package.content(part))
    shared = _shared(package, book)
    for row in root.iterfind(f"{sibling_tag(root, 'sheetData')}/{sibling_tag(root, 'row')}"):
        found = {}
        for cell in row.iterchildren(sibling_tag(root, "c")):
            place = parse_address(cell.get("r", ""))
            text = "".join(cell.itertext())
            if cell.get("t") == "s":
                text = shared[int(text)] if text.isdecimal() and int(text) < len(shared) else ""
            if place:
                found[place[1]] = text
        yield found


def _shared(package: Package, book: str) -> list[str]:
    part = related(package, book, "sharedStrings")
    if part is None:
        return []
    root = parse(package.content(part))
    tag = sibling_tag(root, "t")
    return ["".join(text.text or "" for text in item.iter(tag)) for item in root.iterchildren(sibling_tag(root, "si"))]
