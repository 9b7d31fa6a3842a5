"""The grammar of the rows and cells of a sheet, as regular expressions over the bytes.

A whole sheet is matched in a single call: a million rows take half a second. What matches has no comment, no
processing instruction, no second value in a cell, and no reference to another row.
"""

import re
from functools import cache
from typing import Final

FORMULA: Final = rb'(?:<f(?: [A-Za-z0-9]{1,8}="[^"<>]{0,400}+")*+(?:/>|>[^<]*+</f>))'
ATTRIBUTE: Final = rb'(?: (?!xmlns)[A-Za-z0-9:]{1,40}="[^"<>]{0,400}+")'
_PLAIN_VALUE: Final = rb"(?:<v>[^<]*+</v>|<v/>)"
# A text is plain or in runs with formats of their own. Its pronunciation may follow; it is not part of the text.
_TEXT: Final = rb'<t(?: xml:space="(?:preserve|default)")?+(?:/>|>[^<]*+</t>)'
_RUN_PROPERTIES: Final = rb"(?:<rPr/>|<rPr>(?:<[A-Za-z]{1,20}(?: [^<>]*?)?/>)*+</rPr>)"
_RUN: Final = rb"(?:<r>" + _RUN_PROPERTIES + rb"?+" + _TEXT + rb"</r>)"
_PHONETIC: Final = rb"(?:<rPh(?: [^<>]*+)?>" + _TEXT + rb"</rPh>|<phoneticPr(?: [^<>]*?)?/>)"
TEXT_ITEM: Final = rb"(?:" + _TEXT + rb"|" + _RUN + rb"*+)" + _PHONETIC + rb"*+"
_CELL: Final = (
    rb'<c r="[A-Z]{1,3}%(row)s"(?: s="[0-9]{1,6}")?+(?:/>'
    rb'|(?: t="n")?+>%(f)s?+%(v)s?+</c>'
    rb'| t="s">%(f)s?+<v>[0-9]{1,8}</v></c>'
    rb'| t="str">%(f)s?+%(v)s?+</c>'
    rb'| t="inlineStr"><is>%(text)s</is></c>'
    rb'| t="b">%(f)s?+<v>[01]</v></c>'
    rb'| t="[de]">%(f)s?+<v>[^<]++</v></c>'
    rb'| t="(?:n|s|str|b|e|d|inlineStr)"(?:/>|></c>))'
)
_ROW: Final = rb'<row r="([1-9][0-9]{0,6})"%(attribute)s*+(?:/>|>(?:%(cell)s)*+</row>)'


def _build_cell_pattern(row: bytes) -> bytes:
    return _CELL % {b"row": row, b"f": FORMULA, b"v": _PLAIN_VALUE, b"text": TEXT_ITEM}


SHEET_ROWS: Final = re.compile(b"(?:" + _ROW % {b"attribute": ATTRIBUTE, b"cell": _build_cell_pattern(rb"\1")} + b")*+")
ROW_HEAD: Final = re.compile(rb'<row r="([1-9][0-9]{0,6})"' + ATTRIBUTE + rb"*+/?>")

# The second reading uses these on rows that SHEET_ROWS has matched.
TYPED_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="[0-9]{1,6}")?+ t="(str|e|b|d)">'
    + FORMULA
    + rb"?+(?:<v>([^<]*+)</v>|(<v/>)|)</c>"
)
FORMULA_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="[0-9]{1,6}")?+(?: t="([a-zA-Z]{1,9})")?+>'
    rb"<f([^<>]*?)(?:/>|>([^<]*+)</f>)(?:<v>([^<]*+)</v>|<v/>|)</c>"
)
SHARED_STRING_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="[0-9]{1,6}")?+ t="s">' + FORMULA + rb"?+<v>([0-9]{1,8})</v>"
)
FILLED_COLUMNS: Final = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"[^<>]*+(?<!/)>(?!</c>)')
ROW_NUMBERS: Final = re.compile(rb'<row r="([0-9]{1,7})"')
ROW_ATTRIBUTES: Final = re.compile(rb'<row r="([0-9]{1,7})"([^<>]*+)>')
HIDDEN_ROW_ATTRIBUTE: Final = re.compile(rb' (?:hidden="(?:1|true)"|ht="0+(?:\.0*)?")')


@cache
def compile_cell_pattern(row: bytes) -> re.Pattern[bytes]:
    """Return the grammar of a cell in the row with this number."""
    return re.compile(_build_cell_pattern(row))
