"""Sheets written in another way, rewritten so that one grammar serves: prefixes, attribute order, no references.

Only the marks are touched; what stands between them is left as it is. Slower, and used only where it is needed.
"""

import re
from dataclasses import dataclass, field

from checks.model.cell_ref import column_letters, parse_address
from workbooks.gate.workbook_parts import SHEET_NAMESPACES

_TAG = re.compile(rb"""<(/?)(row|c|v|f|is|t)((?:\s+[\w:.-]{1,60}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_UNPREFIXED_TAG = re.compile(rb"<(/?(?:row|c|v|f|is|t|r)(?=[\s/>]))")
_ZERO_HEIGHT = re.compile(rb"0+(?:\.0*)?")
_SPACE_BETWEEN_TAGS = re.compile(rb"((?:</(?:c|row|v|f|is|extLst)|<(?:row|c|is)\b[^<>]*|/)>)\s+(?=<)")


@dataclass(slots=True)
class _TagNormaliser:
    """Where we are on the sheet: cells and rows may leave out their reference and then follow the one before."""

    row: int = 0
    column: int = 0
    prefix: bytes = b""

    def normalise_tag(self, tag: re.Match[bytes]) -> bytes:
        closing, name, attributes, empty = tag.groups()
        if closing:
            return b"</" + name + b">"
        given = {key: double or single or b"" for key, double, single in _ATTRIBUTE.findall(attributes)}
        if _is_foreign_tag(given, self.prefix):
            return bytes(tag[0])  # the grammar stops here: another language may mean something else by it
        write = {b"row": self._write_row_attributes, b"c": self._write_cell_attributes}.get(
            name, _write_known_attributes
        )
        return b"<" + name + write(given) + empty + b">"

    def _write_row_attributes(self, attributes: dict[bytes, bytes]) -> bytes:
        number = attributes.get(b"r")
        self.column = 0
        self.row = int(number) if number is not None and re.fullmatch(rb"[0-9]{1,7}", number) else self.row + 1
        flat = _ZERO_HEIGHT.fullmatch(attributes.get(b"ht", b"")) is not None
        hidden = b' hidden="1"' if flat or attributes.get(b"hidden") in (b"1", b"true") else b""
        return b' r="%s"%s' % (number if number is not None else b"%d" % self.row, hidden)

    def _write_cell_attributes(self, attributes: dict[bytes, bytes]) -> bytes:
        reference = attributes.get(b"r")
        place = parse_address(reference.decode("ascii", "replace")) if reference is not None else None
        self.column = place[1] if place else self.column + 1
        own = b"%s%d" % (column_letters(self.column).encode(), self.row)
        parts = [b' r="%s"' % (reference if reference is not None else own)]
        parts += [b' %s="%s"' % (key, attributes[key]) for key in (b"s", b"t") if key in attributes]
        return b"".join(parts)


def _is_foreign_tag(attributes: dict[bytes, bytes], prefix: bytes) -> bool:
    """Tell whether a tag is said to belong to another language than that of sheets."""
    own = attributes.get(b"xmlns:" + prefix if prefix else b"xmlns")
    return own is not None and own.decode("ascii", "replace") not in SHEET_NAMESPACES


def _write_known_attributes(attributes: dict[bytes, bytes]) -> bytes:
    known = (b"t", b"ref", b"si", b"ca")
    return b"".join(b' %s="%s"' % (key, attributes[key].replace(b">", b"&gt;")) for key in known if key in attributes)


@dataclass(frozen=True, slots=True)
class SheetNormaliser:
    """The rewriting of one sheet, whose rows come piece by piece."""

    tag_normaliser: _TagNormaliser = field(default_factory=_TagNormaliser)

    def remove_prefix(self, rows: bytes, prefix: bytes) -> bytes:
        """Return rows with the prefix taken off their tags: most sheets need no more than that."""
        if not prefix:
            return rows
        self.tag_normaliser.prefix = prefix
        # a tag without the prefix is of another language: marked, so that the grammar stops there
        marked = _UNPREFIXED_TAG.sub(rb"<\1!", rows)
        return marked.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</")

    def normalise_rows(self, rows: bytes, *, previous_row: int) -> bytes:
        """Return rows in the one form that the grammar knows; *row* is the number of the one before them."""
        self.tag_normaliser.row = previous_row
        return _TAG.sub(self.tag_normaliser.normalise_tag, _SPACE_BETWEEN_TAGS.sub(rb"\1", rows.strip()))
