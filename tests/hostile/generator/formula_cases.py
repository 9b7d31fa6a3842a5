"""Formulas at and beyond the length that Excel writes; the result stored with each of them is right."""

from functools import partial

from tests.hostile.generator.case import Case, Due, simple
from tests.hostile.generator.package import SHEET, good

_ROW = 101
_CELL = "C6"
_FIGURE = '<c r="C6" s="8"><v>150</v></c>'
_MAX_CHARACTERS = 8192


def _formula(text: str, attributes: str = "") -> bytes:
    return good().swap(SHEET, _FIGURE, f'<c r="C6" s="8"><f{attributes}>{text}</f><v>150</v></c>').zipped()


def _sum(characters: int) -> str:
    """A formula of as many characters whose result is 150."""
    return "150" + "+0" * ((characters - 3) // 2) + " " * ((characters - 3) % 2)


def _text(characters: int, unit: str) -> str:
    """A formula that compares two texts, of as many characters, each of which may take more bytes in the file."""
    head, tail = "150+0*(", "=&quot;&quot;)"
    shown = characters - len(head) - len('=""' + ")") - 2
    return f"{head}&quot;{unit * shown}&quot;{tail}"


def _refused(name: str, text: str, attributes: str = "", code: str = "formula_too_long") -> Case:
    return simple(_ROW, name, Due.REFUSE, partial(_formula, text, attributes), code, cell=_CELL)


CASES: tuple[Case, ...] = (
    simple(_ROW, "formula of 8,192 characters", Due.ACCEPT, partial(_formula, _sum(_MAX_CHARACTERS))),
    simple(_ROW, "formula of 8,192 Chinese characters", Due.ACCEPT, partial(_formula, _text(_MAX_CHARACTERS, "核"))),
    simple(_ROW, "formula of 8,192 escaped characters", Due.ACCEPT, partial(_formula, _text(_MAX_CHARACTERS, "&amp;"))),
    _refused("formula of 8,193 characters", _sum(_MAX_CHARACTERS + 1)),
    _refused("formula of 7 MB", _sum(7_000_000)),
    _refused("formula of 7 MB of brackets", "(" * 3_500_000 + "150" + ")" * 3_500_000),
    _refused("formula with a range of 5 MB", "150", f' t="shared" si="0" ref="{"A1 " * 1_700_000}"', "sheet_markup"),
)
