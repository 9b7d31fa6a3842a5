"""Rows 62 to 79 of the table: cells whose value is missing, wrong or no longer what was typed."""

from functools import partial
from random import Random

from tests.hostile.generator.case import Case, Due, case, simple
from tests.hostile.generator.package import SHEET, good

_FIGURE = '<c r="C6" s="8"><v>150</v></c>'


def _cell(new: str) -> bytes:
    return good().swap(SHEET, _FIGURE, new).zipped()


def _value(written: str) -> bytes:
    return _cell(f'<c r="C6" s="8"><v>{written}</v></c>')


def _text(written: str) -> bytes:
    return _cell(f'<c r="C6" s="8" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>')


def _long_id(random: Random) -> bytes:
    return _value(f"4101011990010{random.randint(10_000, 99_999)}")


BAD_NUMBERS = (
    "NaN",
    "nan",
    "INF",
    "-inf",
    "1e999",
    "1_000",
    "1,000",
    " 150",
    "150 ",
    "１５０",
    "0x96",
    "+150",
    "1.5.0",
    "15O",
    "--150",
    "&#49;50",
)
ERRORS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NUM!", "#NAME?", "#NULL!")
NEW_ERRORS = ("#BLOCKED!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA")
AS_NUMBERS = ("150", "１５０", " 150 ", "150\u3000", "150.0", "150亩", "１５０．０亩", "150\n")
NO_NUMBERS = ("N/A", "无", "同上", "约150", "1-50", "150/2", "一百五十", "true", "15O", "#REF!", "null", "150公顷")

CASES: tuple[Case, ...] = (
    simple(62, "formula without a result", Due.FLAG, lambda: _cell('<c r="C6" s="8"><f>D6+70</f></c>'), cell="C6"),
    simple(
        62,
        "formula with an empty result",
        Due.FLAG,
        lambda: _cell('<c r="C6" s="8"><f>D6+70</f><v></v></c>'),
        cell="C6",
    ),
    *(
        simple(63, f"error {text}", Due.FLAG, partial(_cell, f'<c r="C6" s="8" t="e"><v>{text}</v></c>'), cell="C6")
        for text in ERRORS
    ),
    *(
        simple(
            63,
            f"error {text}",
            Due.REFUSE,
            partial(_cell, f'<c r="C6" s="8" t="e"><v>{text}</v></c>'),
            "error_value",
            cell="C6",
        )
        for text in NEW_ERRORS
    ),
    simple(64, "stale result", Due.FLAG, lambda: _cell('<c r="C6" s="8"><f>D6+70</f><v>149</v></c>'), cell="C6"),
    simple(65, "DDE formula", Due.ACCEPT, lambda: _cell('<c r="C6" s="8"><f>cmd|\' /C calc\'!A0</f><v>150</v></c>')),
    *(
        simple(67, f"number {text!r}", Due.REFUSE, partial(_value, text), "bad_number", "out_of_range", cell="C6")
        for text in BAD_NUMBERS
    ),
    *(simple(68, f"text {text!r}", Due.ACCEPT, partial(_text, text)) for text in AS_NUMBERS),
    *(simple(68, f"text {text!r}", Due.FLAG, partial(_text, text), cell="C6") for text in NO_NUMBERS),
    *(
        simple(69, f"number {text}", Due.FLAG, partial(_value, text), cell="C6")
        for text in ("5e-324", "3e-104", "-3E-40", "1e-400", "1e308", "-1E+21", "1" + "0" * 25)
    ),
    simple(
        69,
        "minus zero",
        Due.ACCEPT,
        lambda: good().swap(SHEET, '<c r="D5" s="8"><v>0</v></c>', '<c r="D5" s="8"><v>-0</v></c>').zipped(),
    ),
    case(70, "18 digits as number", Due.FLAG, cell="C6")(_long_id),
    simple(70, "18 digits with exponent", Due.FLAG, lambda: _value("4.1010119900101126E+17"), cell="C6"),
    simple(
        71, "county code as number", Due.ACCEPT, lambda: good().swap("xl/worksheets/sheet1.xml", *_county()).zipped()
    ),
    simple(72, "32,768 characters", Due.REFUSE, lambda: _text("长" * 32_768), "text_too_long", cell="C6"),
    simple(72, "1,000,000 characters", Due.REFUSE, lambda: _text("长" * 1_000_000), "text_too_long", cell="C6"),
    simple(74, "TRUE as number", Due.FLAG, lambda: _cell('<c r="C6" s="8" t="b"><v>1</v></c>'), cell="C6"),
    simple(75, "ISO date as number", Due.FLAG, lambda: _cell('<c r="C6" s="8" t="d"><v>2024-03-05</v></c>'), cell="C6"),
    simple(
        76,
        "reading beside the name",
        Due.ACCEPT,
        lambda: (
            good()
            .swap("xl/sharedStrings.xml", "<t>铜都街道</t>", '<t>铜都街道</t><rPh sb="0" eb="1"><t>tong</t></rPh>')
            .zipped()
        ),
    ),
    simple(
        78,
        "array formula over the sheet",
        Due.ACCEPT,
        lambda: _cell('<c r="C6" s="8"><f t="array" ref="A1:XFD1048576">150</f><v>150</v></c>'),
    ),
    simple(
        79, "two values", Due.REFUSE, lambda: _cell('<c r="C6" s="8"><v>150</v><v>9</v></c>'), "value_twice", cell="C6"
    ),
    simple(79, "float with all its digits", Due.ACCEPT, lambda: _value("150.00000000000003")),
)


def _county() -> tuple[str, str]:
    old = '<c r="B4" s="2" t="s"><v>3</v></c>'
    cell = old if old in good().parts["xl/worksheets/sheet1.xml"].decode() else '<c r="B4" s="1" t="s"><v>3</v></c>'
    return cell, cell.replace(' t="s"><v>3', "><v>530113")
