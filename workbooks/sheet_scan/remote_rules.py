"""Find the data validations and conditional formats of a sheet whose formula asks the network or another program."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

_REMOTE_FUNCTION: Final = re.compile(r"(?i)(?<![\w.])(?:_xlfn\.)?(?:WEBSERVICE|RTD|CALL|REGISTER\.ID)\s*\(")
_REMOTE_TEXT: Final = re.compile(rb"(?i)\b(?:WEBSERVICE|RTD|CALL|REGISTER\.ID)\s*\(")
_RULES: Final = ("{*}dataValidation", "{*}conditionalFormatting")
# The extensions of Excel 2010 have their formulas and ranges in elements of their own.
_FORMULAS: Final = ("{*}formula", "{*}formula1", "{*}formula2", "{*}f")
_RANGES: Final = "sqref"
_MAX_RANGES: Final = 20


def find_remote_rules(markup: bytes) -> tuple[str, ...]:
    """Return the ranges of such validations and formats, at most twenty; *markup* is a sound sheet without rows."""
    # A tree is built for the few sheets that name such a function anywhere.
    if not _REMOTE_TEXT.search(markup):
        return ()
    ranges: dict[str, None] = {}
    for rule in etree.fromstring(markup).iter(*_RULES):
        if any(map(_REMOTE_FUNCTION.search, _iter_formulas(rule))):
            ranges[_get_range(rule)] = None
    return tuple(ranges)[:_MAX_RANGES]


def _iter_formulas(rule: etree._Element) -> Iterator[str]:
    for formula in rule.iter(*_FORMULAS):
        yield formula.text or ""


def _get_range(rule: etree._Element) -> str:
    return str(rule.get(_RANGES) or rule.findtext(f"{{*}}{_RANGES}") or "").strip()
