"""Rewrite sheets in another notation (prefixes, attribute order, missing references) to the one of the grammar.

Only tags change, not the text between them. This is slower than matching, and done only for rows that need it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.model.cell_ref import column_letters, parse_address
from workbooks.gate.workbook_parts import SHEET_NAMESPACES

# Tags that are the same in every notation are left out: they are most of a sheet.
_TAG = re.compile(
    rb"""<(?!(?:v|f|is|t|/(?:row|c|v|f|is|t))>)(/?)(row|c|v|f|is|t)((?:\s+[\w:.-]{1,60}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(/?)>"""
)
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_UNPREFIXED_TAG = re.compile(rb"<(/?(?:row|c|v|f|is|t|r)(?=[\s/>]))")
_ROW_NUMBER = re.compile(rb"[0-9]{1,7}")
_ZERO_HEIGHT = re.compile(rb"0+(?:\.0*)?")
_SPACE_BEFORE_TAG = re.compile(rb">\s+<(?!/t>)")
# Space after the start of a text or value belongs to it.
_SPACE_BETWEEN_TAGS = re.compile(
    rb"((?:</(?:c|row|v|f|is|t|r|rPr|rPh|extLst)|<(?:row|c|is|r|rPr|rPh)\b[^<>]*|/)>)\s+(?=<)"
)

# The usual tags with another order of attributes or other quotes: each step is one substitution over all the rows.
_SINGLE_QUOTED_TAG = re.compile(rb"""<(?:c|row)\s(?:[^<>"']*'[^<>"']*')++[^<>"']*+/?>""")
_MISPLACED_REFERENCE = re.compile(rb"""<(c|row)((?: (?!r=)[\w:.]{1,40}="[^"<>]*")++)( r="[A-Z0-9]{1,10}")""")
_TYPE_BEFORE_STYLE = re.compile(rb"""(<c r="[A-Z0-9]{1,10}")( t="[a-zA-Z]{1,9}")( s="[0-9]{1,6}")(?=/?>)""")
_UNREAD_ATTRIBUTE = re.compile(rb"""(<c r="[A-Z0-9]{1,10}"(?: [st]="[^"<>]*")*+) (?:cm|vm|ph)="[^"<>]*\"""")


@dataclass(slots=True)
class _TagNormaliser:
    """Normalises tags and tracks row and column: without a reference, a cell or row follows the one before."""

    row: int = 0
    column: int = 0
    prefix: bytes = b""

    def normalise_tag(self, tag: re.Match[bytes]) -> bytes:
        closing, name, attributes, empty = tag.groups()
        if closing:
            return b"</" + name + b">"
        values_by_name = {key: double or single for key, double, single in _ATTRIBUTE.findall(attributes)}
        if _is_foreign_tag(values_by_name, self.prefix):
            # Left as it is, so that the grammar stops here: the tag may mean something else in another namespace.
            return bytes(tag[0])
        return b"<" + name + self._write_attributes(name, values_by_name) + empty + b">"

    def _write_attributes(self, name: bytes, attributes: dict[bytes, bytes]) -> bytes:
        if name == b"row":
            return self._write_row_attributes(attributes)
        if name == b"c":
            return self._write_cell_attributes(attributes)
        return _write_known_attributes(attributes)

    def _write_row_attributes(self, attributes: dict[bytes, bytes]) -> bytes:
        self.column = 0
        self.row += 1
        reference = attributes.get(b"r", b"%d" % self.row)
        if _ROW_NUMBER.fullmatch(reference):
            self.row = int(reference)
        is_flat = _ZERO_HEIGHT.fullmatch(attributes.get(b"ht", b""))
        if is_flat or attributes.get(b"hidden") in (b"1", b"true"):
            return b' r="%s" hidden="1"' % reference
        return b' r="%s"' % reference

    def _write_cell_attributes(self, attributes: dict[bytes, bytes]) -> bytes:
        self.column += 1
        reference = attributes.get(b"r")
        if reference is None:
            reference = b"%s%d" % (column_letters(self.column).encode(), self.row)
        elif address := parse_address(reference.decode("ascii", "replace")):
            self.column = address[1]
        written_attributes = b' r="%s"' % reference
        for name in (b"s", b"t"):
            if name in attributes:
                written_attributes += b' %s="%s"' % (name, attributes[name])
        return written_attributes


def _is_foreign_tag(attributes: dict[bytes, bytes], prefix: bytes) -> bool:
    """Return whether a tag declares that its prefix belongs to another namespace than that of sheets."""
    namespace = attributes.get(b"xmlns:" + prefix if prefix else b"xmlns")
    return namespace is not None and namespace.decode("ascii", "replace") not in SHEET_NAMESPACES


def _write_known_attributes(attributes: dict[bytes, bytes]) -> bytes:
    written_attributes = b""
    for name in (b"t", b"ref", b"si", b"ca"):
        if name in attributes:
            written_attributes += b' %s="%s"' % (name, attributes[name].replace(b">", b"&gt;"))
    return written_attributes


def _replace_quotes(tag: re.Match[bytes]) -> bytes:
    return tag[0].replace(b"'", b'"')


@dataclass(frozen=True, slots=True)
class SheetNormaliser:
    """Rewrites the rows of one sheet, batch by batch."""

    tag_normaliser: _TagNormaliser = field(default_factory=_TagNormaliser)

    def remove_prefix(self, rows: bytes, prefix: bytes) -> bytes:
        """Return rows with the prefix removed from their tags; most sheets with a prefix need no more."""
        if not prefix:
            return rows
        self.tag_normaliser.prefix = prefix
        # A tag without the prefix is in another namespace: it is marked, so that the grammar stops there.
        marked_rows = _UNPREFIXED_TAG.sub(rb"<\1!", rows)
        return marked_rows.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</")

    def remove_space(self, rows: bytes) -> bytes:
        """Return rows without the line breaks and indents between their tags, which cost little to remove."""
        rows = rows.strip()
        if not _SPACE_BEFORE_TAG.search(rows):
            return rows
        return _SPACE_BETWEEN_TAGS.sub(rb"\1", rows)

    def iter_rewritings(self, rows: bytes) -> Iterator[bytes]:
        """Yield rows with double quotes, then also with reference, style and type in the order of the grammar.

        One of these is enough for most other notations, and costs a third of `normalise_rows`.
        """
        if b"='" in rows:
            rows = _SINGLE_QUOTED_TAG.sub(_replace_quotes, rows)
            yield rows
        rows = _MISPLACED_REFERENCE.sub(rb"<\1\3\2", rows)
        yield rows
        yield _TYPE_BEFORE_STYLE.sub(rb"\1\3\2", _UNREAD_ATTRIBUTE.sub(rb"\1", rows))

    def normalise_rows(self, rows: bytes, *, previous_row: int) -> bytes:
        """Return rows in the notation of the grammar; *previous_row* is the number of the row before them."""
        self.tag_normaliser.row = previous_row
        return _TAG.sub(self.tag_normaliser.normalise_tag, rows)
