"""Reading, writing and ordering the XML of a workbook's parts."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from lxml import etree
from lxml.etree import _Element

# lxml gives its elements no public name.
LxmlElement: TypeAlias = _Element

# Characters that a cell or a comment may hold, counted as UTF-16 counts them.
MAX_TEXT_UNITS = 32_767
# Characters that XML cannot carry, and marks that reverse the direction of writing and so can disguise a text.
_UNFIT_CHARACTERS = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]|\x7f")
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# More digits than any number of the format has; Python refuses to convert some thousands of them.
_INDEX = re.compile(r"\s*\+?([0-9]{1,9})\s*")


def parse_xml(content: bytes) -> LxmlElement:
    """Parse a part without resolving entities or fetching anything."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(content, parser)


def try_parse_xml(content: bytes) -> LxmlElement | None:
    """Parse a part as `parse_xml` does, or return None if it is not well-formed."""
    try:
        return parse_xml(content)
    except (etree.LxmlError, ValueError):
        return None


def write_xml(root: LxmlElement) -> bytes:
    """Serialise a part as spreadsheet programs do: UTF-8, standalone."""
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True))


def get_namespace(element: LxmlElement) -> str:
    """Return the namespace of *element*, or an empty text if it has none."""
    tag = str(element.tag)
    if not tag.startswith("{"):
        return ""
    return tag[1 : tag.index("}")]


def make_sibling_tag(element: LxmlElement, name: str) -> str:
    """Return the tag that *name* has in the namespace of *element*."""
    namespace = get_namespace(element)
    if not namespace:
        return name
    return f"{{{namespace}}}{name}"


def find_child(parent: LxmlElement, name: str) -> LxmlElement | None:
    """Return the first child called *name* in the namespace of *parent*, or None."""
    return parent.find(make_sibling_tag(parent, name))


def iter_grandchildren(root: LxmlElement, name: str, tag: str = "*") -> Iterator[LxmlElement]:
    """Yield the children with *tag* of the first child called *name*; yield nothing if there is no such child."""
    child = find_child(root, name)
    if child is not None:
        yield from child.iterchildren(tag)


def add_child(parent: LxmlElement, name: str, /, **attributes: str) -> LxmlElement:
    """Append a child in the namespace of *parent*."""
    return etree.SubElement(parent, make_sibling_tag(parent, name), attributes)


def ensure_child(parent: LxmlElement, name: str, order: str) -> LxmlElement:
    """Return the child called *name*; if there is none, insert one where the schema's *order* of names puts it."""
    child = find_child(parent, name)
    if child is None:
        child = parent.makeelement(make_sibling_tag(parent, name))
        insert_in_order(parent, child, order)
    return child


def insert_in_order(parent: LxmlElement, new: LxmlElement, order: str) -> None:
    """Insert *new* among the children of *parent* where the schema's *order* of names puts it."""
    names = order.split()
    ranks = dict(zip(names, range(len(names)), strict=True))
    new_rank = ranks[etree.QName(new).localname]
    for sibling in parent.iterchildren("*"):
        if _find_rank(sibling, ranks) > new_rank:
            sibling.addprevious(new)
            return
    parent.append(new)


def _find_rank(element: LxmlElement, ranks: Mapping[str, int]) -> int:
    """Return the rank of an element, or -1 for one that the schema does not name: it stays behind the one before it.

    Excel wraps what older programs cannot read (embedded objects, controls, the path of the file) in AlternateContent:
    it ranks as what it holds.
    """
    if etree.QName(element).localname != "AlternateContent":
        return ranks.get(etree.QName(element).localname, -1)
    held_elements = element.iterfind("{*}*/{*}*")
    return max((ranks.get(etree.QName(held).localname, -1) for held in held_elements), default=-1)


def parse_index(text: str | None, default: int = 0) -> int:
    """Return the whole number that an attribute holds, or *default* if it is missing, negative or no number at all."""
    match = _INDEX.fullmatch(text or "")
    if match is None:
        return default
    return int(match[1])


def is_on(value: str | None) -> bool:
    """Return whether a boolean attribute is true."""
    return value in {"1", "true", "on"}


def remove_unfit_characters(text: str) -> str:
    """Return *text* without the characters that a sheet cannot show, and with plain line feeds."""
    return _UNFIT_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def prepare_text(text: str) -> str:
    """Return *text* as a part stores it: fit for XML, cut at the limit, with nothing that reads as an escape."""
    escaped = _ESCAPE_LOOKALIKE.sub("_x005F_", remove_unfit_characters(text))
    units = escaped.encode("utf-16-le")
    if len(units) <= 2 * MAX_TEXT_UNITS:
        return escaped
    return units[: 2 * (MAX_TEXT_UNITS - 1)].decode("utf-16-le", "ignore") + "…"
