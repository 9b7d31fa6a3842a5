"""Rows taken apart in one match say what the long way says; what the grammar refuses is never taken apart."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbooks.gate.workbook_parts import SheetPart
from workbooks.sheet_scan.markup_values import MarkupReader, MarkupValues
from workbooks.sheet_scan.sheet_grammar import SHEET_ROWS
from workbooks.sheet_scan.sheet_scanner import _RowTracker
from workbooks.sheet_scan.uniform_rows import UniformRowParser

PART = SheetPart("明细", "xl/worksheets/sheet1.xml", "visible")
LETTERS = ["A", "B", "C", "AA"]
ALIKE = ["<v>1.50</v>", "<v>0</v>", "<v>1e3</v>", "<v>x&amp;y</v>", ""]
TAGS = ["", ' s="3"', ' t="n"', ' s="12" t="n"']
TEXTS = [
    ' t="inlineStr"><is><t>甲</t></is>',
    ' t="inlineStr"><is><t xml:space="preserve"> t="s"&gt; </t></is>',
    ' t="inlineStr"><is><t></t></is>',
    ' t="s"><v>7</v>',
    ' s="1" t="s"><v>12345678</v>',
]
OTHERS = [
    "><f>A1+1</f><v>3</v>",
    ' t="str"><v>x</v>',
    ' t="b"><v>1</v>',
    ' t="e"><v>#N/A</v>',
    "><v></v>",
    "><v/>",
    ' t="inlineStr"><is><r><t>甲</t></r></is>',
    ' t="s"><v>123456789</v>',
    ' t="s"><v>x</v>',
    "><v>1</v><v>2</v>",
    "><!-- --><v>1</v>",
    ' x="1"><v>1</v>',
]
LOOKS = ["", ' hidden="1"', ' ht="0"', ' spans="1:3" s="4"', ' xmlns="x"', " r2='x'"]

CELLS = st.one_of(
    st.builds(lambda tag, value: f"{tag}>{value}</c>", st.sampled_from(TAGS), st.sampled_from(ALIKE)),
    st.sampled_from(TEXTS).map(lambda item: item + "</c>"),
    st.sampled_from(["/>", ' s="2"/>']),
)
ANY_CELLS = st.one_of(CELLS, CELLS, st.sampled_from(OTHERS).map(lambda item: item + "</c>"))


@st.composite
def stretches(draw: st.DrawFn) -> bytes:
    """Rows as a program may write them, or someone who means harm."""
    rows = []
    for at in range(1, draw(st.integers(1, 4)) + 1):
        number = draw(st.sampled_from([at, at, at, 7]))
        letters = sorted(draw(st.sets(st.sampled_from(LETTERS))), key=LETTERS.index)
        if draw(st.integers(0, 9)) == 0:
            letters = letters[::-1] + letters[:1]
        elsewhere = draw(st.integers(0, 19)) == 0
        inner = "".join(f'<c r="{letter}{number + elsewhere}"{draw(ANY_CELLS)}' for letter in letters)
        look = draw(st.sampled_from([*LOOKS[:1] * 9, *LOOKS]))
        rows.append(f'<row r="{number}"{look}>{inner}</row>' if inner else f'<row r="{number}"{look}/>')
    return draw(st.sampled_from(["", "", "", " ", "x"])).join(rows).encode()


def gathered(rows: bytes, *, apart: bool) -> tuple[MarkupValues, frozenset[str], _RowTracker, bool]:
    """Return what is known of some rows after they went by."""
    judged, gathering = _RowTracker(PART), MarkupReader(PART)
    taken = UniformRowParser().parse_rows(rows) if apart else None
    valued = judged.add_uniform_rows(taken) if taken else judged.add_rows(rows)
    if valued:
        gathering.add_rows(rows, taken)
    return gathering.build_values(), gathering.used_columns, judged, valued


@given(stretches())
@example(b'<row r="1"><c r="A1"><v>1</v></c></row>x<row r="2"><c r="A2"><v>1</v></c></row>')
@example(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>x')
@example(b'<row r="1"><c r="A1"><v>1</v></c></row><row  r="2"></row>')
def test_only_what_the_grammar_allows_is_taken_apart(rows: bytes) -> None:
    """Both learn from the same rows; neither may let by what the other stops at."""
    if UniformRowParser().parse_rows(rows):
        assert SHEET_ROWS.fullmatch(rows)


@given(stretches())
def test_rows_taken_apart_say_the_same(rows: bytes) -> None:
    """Numbers, texts, columns, row numbers and hidden rows are those of the long way."""
    if not SHEET_ROWS.fullmatch(rows):
        return
    long, short = gathered(rows, apart=False), gathered(rows, apart=True)
    order = ["column", "row", "text"]
    assert short[0].numbers.sort(order).equals(long[0].numbers.sort(order))
    assert (short[0].text_count, short[0].typed_cells, short[0].first_column) == (
        long[0].text_count,
        long[0].typed_cells,
        long[0].first_column,
    )
    assert short[1:] == long[1:]


@pytest.mark.parametrize(
    ("head", "number", "text"),
    [
        ("", "<v>{}</v>", ' t="inlineStr"><is><t>甲</t></is>'),
        ("", ' s="4" t="n"><v>{}</v>', ' s="4" t="s"><v>12</v>'),
        (' spans="1:3" ht="14.25" x14ac:dyDescent="0.2"', ' s="11"><v>{}</v>', ' s="9" t="s"><v>3</v>'),
    ],
    ids=["this program's", "openpyxl's", "a spreadsheet program's"],
)
def test_long_tables_are_taken_apart(head: str, number: str, text: str) -> None:
    """What usual programs write is taken apart, whichever cells a row leaves out or has empty."""
    filled = (number if number.startswith(" ") else ">" + number).format
    rows = [
        f'<row r="{at}"{head}><c r="A{at}"{filled(at)}</c>'
        + ("" if at % 3 else f'<c r="B{at}" s="2"/>')
        + f'<c r="C{at}"{text}</c></row>'
        for at in range(5, 50)
    ]
    taken = UniformRowParser().parse_rows("".join(rows).encode())
    assert taken is not None
    assert (taken.row_numbers, taken.filled_row_count) == (list(range(5, 50)), 45)
    assert taken.values == {"A": tuple(b"%d" % at for at in range(5, 50))}
    assert taken.text_counts == {"C": 45}
