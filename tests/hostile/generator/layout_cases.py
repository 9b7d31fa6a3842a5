"""Rows 50 to 77 of the table: headings, rows, names and looks as people leave them in a file sound otherwise."""

import re
from functools import partial

from tests.hostile.generator.case import Case, Due, simple
from tests.hostile.generator.package import SHEET, WORKBOOK, good

_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_HEADING = '<c r="D4" s="6" t="s"><v>27</v></c>'


def _heading(text: str) -> bytes:
    """Annex 3 with another heading over its second year."""
    cell = f'<c r="D4" s="6" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return good().swap(SHEET, _HEADING, cell if text else "").zipped()


def _township(text: str) -> bytes:
    cell = '<c r="B5" s="7" t="s"><v>30</v></c>'
    own = f'<c r="B5" s="7" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return good().swap(SHEET, cell, own).zipped()


def _below(*rows: tuple[str, ...]) -> bytes:
    """Annex 3 with rows of words and figures below its total."""
    lines = []
    for number, row in enumerate(rows, start=15):
        cells = "".join(_cell(f"{letter}{number}", text) for letter, text in zip("ABCDEF", row, strict=False) if text)
        lines.append(f'<row r="{number}">{cells}</row>')
    return good().swap(SHEET, "</sheetData>", "".join(lines) + "</sheetData>").zipped()


def _cell(at: str, text: str) -> str:
    if text.isdecimal():
        return f'<c r="{at}"><v>{text}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def _emptied() -> bytes:
    parts = good()
    text = parts.parts[SHEET].decode()
    return parts.put(SHEET, re.sub(r'<row r="(?:[5-9]|1[0-4])".*?</row>', "", text)).zipped()


def _look(old: str, new: str) -> bytes:
    """The look of every figure of the workbook changed."""
    parts = good()
    text = parts.parts[_STYLES].decode()
    return parts.put(_STYLES, re.sub(old, new, text)).zipped()


def _format(code: str) -> bytes:
    """Every cell shown by a format of its own."""
    parts = good()
    text = re.sub(r"<numFmts.*?</numFmts>", "", parts.parts[_STYLES].decode())
    text = text.replace("<fonts", f'<numFmts count="1"><numFmt numFmtId="190" formatCode="{code}"/></numFmts><fonts', 1)
    head, rest = text.split("<cellXfs", 1)
    return parts.put(_STYLES, head + "<cellXfs" + re.sub(r'numFmtId="\d+"', 'numFmtId="190"', rest)).zipped()


SPACED = (
    "2025 年",
    " 2025年",
    "2025年\u3000",
    "2025年\u00a0",
    "2025\n年",
    "２０２５年",
    "2025年（亩）",
    "\u200b2025年",
)
TOWNSHIPS = (
    "铜都\u200b街道",
    "\u202e铜都街道",
    "铜都街道\ufeff",
    "铜\u3000都\u3000街\u3000道",
    "铜都\u00a0街道",
    "铜都\u00ad街道",
    "铜\u2066都街\u2069道",
    "⾦都街道",
)

CASES: tuple[Case, ...] = (
    simple(50, "sheet name in wide digits", Due.ACCEPT, lambda: good().swap(WORKBOOK, "附件3", "附件３").zipped()),
    simple(57, "heading twice", Due.FLAG, lambda: _heading("2024年"), cell="D4"),
    simple(57, "heading blank", Due.FLAG, lambda: _heading(""), cell="D4"),
    simple(57, "heading of spaces", Due.FLAG, lambda: _heading(" \u3000"), cell="D4"),
    *(simple(58, f"heading {text!r}", Due.ACCEPT, partial(_heading, text)) for text in SPACED),
    simple(
        59,
        "sign-off and notes below the total",
        Due.ACCEPT,
        lambda: _below(("填表人：甲", "", "审核人：乙"), ("填表日期：2025年1月16日",), ("注：共 1000 亩。",), ("16",)),
    ),
    simple(
        59,
        "thousands of strangers below the total",
        Due.REFUSE,
        lambda: _below(*((str(at), f"某镇{at}", "1", "2", "3", "7") for at in range(20_000))),
        "too_many_rows",
        cell="A3005",
    ),
    simple(
        59,
        "strangers below the total",
        Due.FLAG,
        lambda: _below(*((str(at), f"某镇{at}", "1", "2", "3", "7") for at in range(2900))),
    ),
    simple(59, "page number below the total", Due.ACCEPT, lambda: _below(("— 16 —",))),
    simple(59, "total a second time", Due.EITHER, lambda: _below(("总计", "", "400", "300", "300", "1000"))),
    simple(60, "empty form", Due.FLAG, _emptied),
    *(simple(73, f"township {township!r}", Due.ACCEPT, partial(_township, township)) for township in TOWNSHIPS[:-1]),
    simple(73, "radical for a character", Due.FLAG, lambda: _township(TOWNSHIPS[-1]), cell="B5"),
    simple(77, "all struck out", Due.ACCEPT, lambda: _look(r"<font>", "<font><strike/>")),
    simple(77, "all in white", Due.ACCEPT, lambda: _look(r"<color [^>]*/>", '<color rgb="FFFFFFFF"/>')),
    simple(77, "format that shows nothing", Due.ACCEPT, lambda: _format(";;;")),
    simple(77, "format that shows thousands", Due.ACCEPT, lambda: _format("0.0,")),
)
