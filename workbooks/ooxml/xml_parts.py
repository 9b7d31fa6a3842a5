"""Reading, writing and ordering the XML of a workbook's parts."""

import re
from typing import TypeAlias

from lxml import etree
from lxml.etree import _Element

LxmlElement: TypeAlias = _Element  # lxml gives its elements no public name

MAX_TEXT_UNITS = 32_767  # characters that a cell or a comment may hold, counted as UTF-16 counts them
# Text that XML cannot carry, and marks that turn the direction of writing and so can disguise a text.
_UNFIT_CHARACTERS = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]|\x7f")
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def parse_xml(content: bytes) -> LxmlElement:
    """Read a part, resolving no entity and fetching nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(content, parser)


def write_xml(root: LxmlElement) -> bytes:
    """Write a part as spreadsheet programs do: UTF-8, standalone."""
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True))


def get_namespace(element: LxmlElement) -> str:
    """Return the namespace of an element, which its children share."""
    tag = str(element.tag)
    return tag[1 : tag.index("}")] if tag.startswith("{") else ""


def make_sibling_tag(element: LxmlElement, name: str) -> str:
    """Return the tag that *name* has in the namespace of *element*."""
    space = get_namespace(element)
    return f"{{{space}}}{name}" if space else name


def find_child(parent: LxmlElement, name: str) -> LxmlElement | None:
    """Return the first child of that name."""
    return parent.find(make_sibling_tag(parent, name))


def add_child(parent: LxmlElement, name: str, /, **attributes: str) -> LxmlElement:
    """Append a child in the namespace of its parent."""
    return etree.SubElement(parent, make_sibling_tag(parent, name), attributes)


def ensure_child(parent: LxmlElement, name: str, order: str) -> LxmlElement:
    """Return the child of that name, made where the schema's *order* of names wants it."""
    found = find_child(parent, name)
    if found is None:
        found = parent.makeelement(make_sibling_tag(parent, name))
        insert_in_order(parent, found, order)
    return found


def insert_in_order(parent: LxmlElement, new: LxmlElement, order: str) -> None:
    """Put *new* among the children where the *order* of the schema wants it."""
    rank = {name: number for number, name in enumerate(order.split())}
    # Excel wraps embedded objects and controls in this, which no schema order names.
    rank["AlternateContent"] = rank.get("oleObjects", len(rank))
    own = rank[etree.QName(new).localname]
    for sibling in parent.iterchildren("*"):
        if rank.get(etree.QName(sibling).localname, -1) > own:
            sibling.addprevious(new)
            return
    parent.append(new)


def is_on(value: str | None) -> bool:
    """Tell whether a yes-or-no attribute says yes."""
    return value in {"1", "true", "on"}


def remove_unfit_characters(text: str) -> str:
    """Return *text* with only characters that a sheet can show."""
    return _UNFIT_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def prepare_text(text: str) -> str:
    """Return *text* as a part stores it: fit for XML, not too long, nothing that reads as an escape."""
    fit = _ESCAPE_LOOKALIKE.sub("_x005F_", remove_unfit_characters(text))
    units = fit.encode("utf-16-le")
    if len(units) <= 2 * MAX_TEXT_UNITS:
        return fit
    return units[: 2 * (MAX_TEXT_UNITS - 1)].decode("utf-16-le", "ignore") + "…"
