"""Files that two programs would read apart, by means that no honest writer uses: decoys, foreign languages, doubles."""

import re
from collections.abc import Callable
from functools import partial

from tests.hostile.generator.case import Case, Due, simple
from tests.hostile.generator.package import SHEET, WORKBOOK, good

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRINGS, _RELATIONS, _STYLES = "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
_FIGURE = '<c r="C6" s="8"><v>150</v></c>'
_NAME = "<si><t>铜都街道</t></si>"
_FOREIGN = 'xmlns:z="urn:z"'


def _cell(new: str) -> bytes:
    return good().swap(SHEET, _FIGURE, new).zipped()


def _value(written: str) -> bytes:
    return _cell(f'<c r="C6" s="8"><v>{written}</v></c>')


def _inline(inside: str) -> bytes:
    return _cell(f'<c r="C6" s="8" t="inlineStr"><is>{inside}</is></c>')


def _sheet(old: str, new: str) -> bytes:
    return good().swap(SHEET, old, new).zipped()


def _named(new: str) -> bytes:
    return good().swap(_STRINGS, _NAME, new).zipped()


def _exchanged(strings: bytes) -> bytes:
    """Two townships under each other's name."""
    item, other = "铜都街道".encode(), "乌龙镇".encode()
    return strings.replace(item, b"@").replace(other, item).replace(b"@", other)


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'


def _decoy_strings() -> bytes:
    parts = good()
    parts.put("xl/strings2.xml", parts.parts[_STRINGS]).put(_STRINGS, _exchanged(parts.parts[_STRINGS]))
    return parts.swap(_RELATIONS, 'Target="sharedStrings.xml"', 'Target="strings2.xml"').zipped()


def _second(kind: str, part: str) -> bytes:
    parts = good()
    parts.put("xl/second.xml", _exchanged(parts.parts[part]))
    return parts.swap(_RELATIONS, "</Relationships>", _relation(88, kind, "second.xml")).zipped()


def _unrelated(kind: str) -> bytes:
    parts = good()
    text = re.sub(rf'<Relationship [^>]*relationships/{kind}"[^>]*/>', "", parts.parts[_RELATIONS].decode())
    return parts.put(_RELATIONS, text).zipped()


def _decoy_book() -> bytes:
    parts = good()
    parts.put("xl/book2.xml", parts.parts[WORKBOOK]).put("xl/_rels/book2.xml.rels", parts.parts[_RELATIONS])
    return parts.swap("_rels/.rels", "xl/workbook.xml", "xl/book2.xml").zipped()


def _namesake() -> bytes:
    parts = good()
    parts.put("xl/worksheets/sheet9.xml", parts.parts[SHEET])
    parts.swap(_RELATIONS, "</Relationships>", _relation(99, "worksheet", "worksheets/sheet9.xml"))
    return parts.swap(WORKBOOK, "<sheets>", f'<sheets><z:sheet {_FOREIGN} name="附件3" r:id="rId99"/>').zipped()


def _same_id() -> bytes:
    parts = good()
    parts.put("xl/worksheets/sheet9.xml", parts.parts[SHEET].replace(b"<v>150</v>", b"<v>151</v>"))
    return parts.swap(_RELATIONS, "</Relationships>", _relation(3, "worksheet", "worksheets/sheet9.xml")).zipped()


def _prefixed(change: Callable[[str], str], prefix: str = "x") -> bytes:
    """Annex 3 with a prefix on every tag, and then one thing changed."""
    parts = good()
    text = re.sub(r"<(/?)(?=[a-zA-Z])", rf"<\1{prefix}:", parts.parts[SHEET].decode())
    return parts.put(SHEET, change(text.replace("xmlns=", f"xmlns:{prefix}="))).zipped()


def _bare_cell(text: str) -> str:
    return text.replace('<x:c r="C6" s="8"><x:v>150</x:v></x:c>', _FIGURE)


def _other_language(text: str) -> str:
    return text.replace('<x:row r="6"', '<x:row xmlns:x="urn:z" r="6"')


NUMBERS = ("1.5E2", "150E0", "15000e-2", "0150", "149.99999999999997")
NO_NUMBERS = ("150.", ".5", "1e2e3", "1/2", "150%", "٣٥", "150&#x20;", "&#x31;50", "1E+2147483648")
_ROW = '<row r="20"><c r="A20"><v>1</v></c></row>'

CASES: tuple[Case, ...] = (
    *(simple(67, f"number {text!r}", Due.ACCEPT, partial(_value, text)) for text in NUMBERS),
    *(
        simple(67, f"number {text!r}", Due.REFUSE, partial(_value, text), "bad_number", cell="C6")
        for text in NO_NUMBERS
    ),
    simple(69, "below the smallest of all", Due.FLAG, lambda: _value("1E-400"), cell="C6"),
    simple(69, "zero in a long way", Due.FLAG, lambda: _value("-0.000E+12"), cell="C6"),
    simple(35, "number in CDATA", Due.REFUSE, lambda: _value("<![CDATA[150]]>"), "sheet_markup", cell="C6"),
    simple(76, "number in runs, spoken", Due.ACCEPT, lambda: _inline("<r><t>1</t></r><r><t>50</t></r><phoneticPr/>")),
    simple(
        76,
        "number in runs of two looks",
        Due.ACCEPT,
        lambda: _inline(
            '<r><rPr><b/><sz val="9"/><color rgb="FF00B050"/></rPr><t xml:space="preserve">1</t></r><r><t>50</t></r>'
            '<rPh sb="0" eb="1"><t>x</t></rPh><phoneticPr fontId="1" type="noConversion"/>'
        ),
    ),
    simple(79, "two texts in a cell", Due.REFUSE, lambda: _inline("<t>1</t><t>50</t>"), "sheet_markup", cell="C6"),
    simple(79, "text and runs", Due.REFUSE, lambda: _inline("<t>1</t><r><t>50</t></r>"), "sheet_markup", cell="C6"),
    simple(
        34,
        "cell of another language",
        Due.REFUSE,
        lambda: _cell('<c xmlns="urn:z" r="C6" s="8"><v>150</v></c>'),
        "sheet_markup",
        cell="C6",
    ),
    simple(34, "cell that says its language", Due.ACCEPT, lambda: _cell(_FIGURE.replace("<c", f'<c xmlns="{_SPACE}"'))),
    simple(
        34, "row of another language", Due.REFUSE, lambda: _sheet('<row r="6"', '<row xmlns="urn:z" r="6"'), cell="A6"
    ),
    simple(34, "cell without the prefix", Due.REFUSE, lambda: _prefixed(_bare_cell), cell="C6"),
    simple(34, "prefix that changes its meaning", Due.REFUSE, lambda: _prefixed(_other_language), cell="A6"),
    simple(34, "prefix like a tag", Due.ACCEPT, lambda: _prefixed(lambda text: text, "row")),
    simple(39, "rows twice", Due.REFUSE, lambda: _sheet("</sheetData>", f"</sheetData><sheetData>{_ROW}</sheetData>")),
    simple(39, "no rows, then rows", Due.REFUSE, lambda: _sheet("<sheetData>", "<sheetData/><sheetData>")),
    simple(10, "texts that the workbook does not name", Due.REFUSE, _decoy_strings, "part_unlinked"),
    simple(10, "two lists of texts", Due.REFUSE, lambda: _second("sharedStrings", _STRINGS), "part_twice"),
    simple(10, "two lists of styles", Due.REFUSE, lambda: _second("styles", _STYLES), "part_twice"),
    simple(10, "texts that nothing names", Due.REFUSE, lambda: _unrelated("sharedStrings"), "part_unlinked"),
    simple(10, "one number for two sheets", Due.REFUSE, _same_id, "id_twice"),
    simple(12, "workbook that the package does not name", Due.REFUSE, _decoy_book, "part_unlinked"),
    simple(51, "sheet of another language and the same name", Due.REFUSE, _namesake, "namespace"),
    simple(13, "text of another language", Due.REFUSE, lambda: _named(f"<z:si {_FOREIGN}/>{_NAME}"), "text_markup"),
    simple(13, "text in a text", Due.REFUSE, lambda: _named(f"<si>{_NAME}</si>"), "text_markup"),
    simple(13, "two texts at one number", Due.REFUSE, lambda: _named("<si><t>铜都</t><t>街道</t></si>"), "text_markup"),
    simple(13, "text beside its runs", Due.REFUSE, lambda: _named(_NAME.replace("</si>", "<r><t>x</t></r></si>"))),
    simple(13, "text in a remark", Due.ACCEPT, lambda: _named(f"<!--<si><t>乌龙镇</t></si>-->{_NAME}")),
    simple(76, "text in runs", Due.ACCEPT, lambda: _named("<si><r><t>铜都</t></r><r><rPr/><t>街道</t></r></si>")),
    simple(47, "row without height", Due.EITHER, lambda: _sheet('<row r="6"', '<row ht="0" customHeight="1" r="6"')),
)
