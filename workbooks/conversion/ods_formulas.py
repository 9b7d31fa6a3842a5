"""Write a formula of an OpenDocument table (OpenFormula) as Excel writes it, if it is of the simple kind."""

import re
from typing import Final

_PREFIX: Final = "of:="
_PIECE: Final = re.compile(r'"(?:[^"]|"")*"|\[[^\[\]]*\]|[;~|{}!#]|[^"\[\];~|{}!#]+')
_REFERENCE_PART: Final = re.compile(
    r"(?:\$?(?P<sheet>'(?:[^']|'')+'|[^'.\s#:]+))?\.(?P<address>\$?[A-Z]{1,3}\$?[0-9]{1,7})"
)
_FOREIGN_FUNCTION: Final = re.compile(r"(?i)\b(?:COM|ORG)\.[A-Z.]+\(")
_UNWRITABLE: Final = frozenset("~|{}!#")


def translate_formula(formula: str) -> str:
    """Return a formula without its equals sign, or an empty text if it is not of the simple kind.

    >>> translate_formula("of:=SUM([.C4:.C11];[$附件3.B2])")
    'SUM(C4:C11,附件3!B2)'
    """
    if not formula.startswith(_PREFIX) or _FOREIGN_FUNCTION.search(formula):
        return ""
    written = ""
    for piece in _PIECE.findall(formula.removeprefix(_PREFIX)):
        if piece in _UNWRITABLE:
            return ""
        if piece.startswith("["):
            reference = _translate_reference(piece[1:-1])
            if not reference:
                return ""
            written += reference
        else:
            written += "," if piece == ";" else piece
    return written


def _translate_reference(reference: str) -> str:
    """Return a cell or a range as Excel writes it, or an empty text for a range over sheets and for other files."""
    first = _REFERENCE_PART.match(reference)
    if first is None:
        return ""
    sheet = f"{first['sheet']}!" if first["sheet"] else ""
    rest = reference[first.end() :]
    if not rest:
        return sheet + first["address"]
    last = _REFERENCE_PART.fullmatch(rest.removeprefix(":"))
    if last is None or not rest.startswith(":") or last["sheet"] not in (None, first["sheet"]):
        return ""
    return f"{sheet}{first['address']}:{last['address']}"
