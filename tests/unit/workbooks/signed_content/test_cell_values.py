"""Cells are read from the parts themselves: what openpyxl drops or rewrites, and what XML can hide, is reported."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
import xlsxwriter

from workbooks.signed_content.cell_values import UnreadableWorkbookError, read_values
from workbooks.signed_content.presentation import read_presentation

SHEET_PART = "xl/worksheets/sheet1.xml"
STRINGS_PART = "xl/sharedStrings.xml"
RELATIONSHIPS_PART = "xl/_rels/workbook.xml.rels"


def write_example() -> bytes:
    """Write a number, a text, two formulas, a boolean and a merged cell."""
    store = BytesIO()
    workbook = xlsxwriter.Workbook(store, {"in_memory": True})
    sheet = workbook.add_worksheet("表")
    sheet.write_row("A1", [1, "甲"])
    sheet.write_formula("C1", "=A1+1", None, 2)
    sheet.write_formula("C2", "=A2+1", None, 1)
    sheet.write_boolean("D1", boolean=True)
    sheet.merge_range("E1:F1", "合", workbook.add_format())
    workbook.close()
    return store.getvalue()


def replace_in_part(data: bytes, part: str, old: str, new: str, *, renamed: str = "") -> bytes:
    """Replace a piece of one part, and give the part the name *renamed* if there is one."""
    store = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(store, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            if name == part:
                assert content.count(old) == 1, content
                target.writestr(renamed or name, content.replace(old, new))
            else:
                target.writestr(name, content)
    return store.getvalue()


def find_differences(data: bytes) -> dict[str, tuple[str | None, str | None]]:
    """Return values before and after by address, for the cells that are not those of the example."""
    before, after = read_values(write_example())["表"], read_values(data)["表"]
    pairs = {address: (before.get(address), after.get(address)) for address in {*before, *after}}
    return {address: pair for address, pair in pairs.items() if pair[0] != pair[1]}


TEXT, NUMBER = "<t>甲</t>", '<c r="A1"><v>1</v></c>'
CHANGES = {
    "openpyxl deletes x005F_ from texts": (STRINGS_PART, TEXT, "<t>x005F_甲</t>", {"B1": ("t:甲", "t:x005F_甲")}),
    "openpyxl reads every boolean but 0 as true": (SHEET_PART, '"b"><v>1', '"b"><v>2', {"D1": ("b:1", "b:2")}),
    "openpyxl drops values under merged cells": (
        SHEET_PART,
        '<c r="F1" s="1"/>',
        '<c r="F1"><v>9</v></c>',
        {"F1": (None, "n:9")},
    ),
    "openpyxl skips cells in other elements": (
        SHEET_PART,
        NUMBER,
        f'{NUMBER}<choice><c r="Z9"><v>9</v></c></choice>',
        {"Z9": (None, "n:9")},
    ),
    "read-only openpyxl skips cells out of order": (
        SHEET_PART,
        NUMBER,
        f'<c r="Z1"><v>9</v></c>{NUMBER}',
        {"Z1": (None, "n:9")},
    ),
    "read-only openpyxl skips rows out of order": (
        SHEET_PART,
        "</sheetData>",
        '<row r="1"><c r="A1"><v>9</v></c></row></sheetData>',
        {"A1": ("n:1", "n:9")},
    ),
    "a comment splits a text": (STRINGS_PART, TEXT, "<t>甲<!-- -->乙</t>", {"B1": ("t:甲", "t:甲乙")}),
    "an instruction splits a number": (
        SHEET_PART,
        NUMBER,
        '<c r="A1"><v>1<?x y?>9</v></c>',
        {"A1": ("n:1", "n:19")},
    ),
    "an unparsed section continues a text": (STRINGS_PART, TEXT, "<t>甲<![CDATA[乙]]></t>", {"B1": ("t:甲", "t:甲乙")}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_another_reader_misses_is_found(name: str) -> None:
    """Each change is in one place of one part, and exactly the cell that it changes differs."""
    part, old, new, differences = CHANGES[name]
    assert find_differences(replace_in_part(write_example(), part, old, new)) == differences


@pytest.mark.parametrize("read", [read_values, read_presentation])
def test_a_cell_without_an_address_is_refused(read: Callable[[bytes], object]) -> None:
    """Openpyxl would count cells instead."""
    with pytest.raises(UnreadableWorkbookError):
        read(replace_in_part(write_example(), SHEET_PART, '<c r="A1">', "<c>"))


@pytest.mark.parametrize("read", [read_values, read_presentation])
def test_a_document_type_is_refused_in_a_part_of_any_name(read: Callable[[bytes], object]) -> None:
    """An entity could hold a value; the parts of a workbook have no document type, whatever their names are."""
    document_type = '<!DOCTYPE worksheet [<!ENTITY more "9">]><worksheet '
    data = replace_in_part(
        write_example(), SHEET_PART, "<worksheet ", document_type, renamed="xl/worksheets/sheet1.bin"
    )
    with pytest.raises(UnreadableWorkbookError):
        read(replace_in_part(data, RELATIONSHIPS_PART, "worksheets/sheet1.xml", "worksheets/sheet1.bin"))


def test_the_own_text_of_a_shared_formula_counts() -> None:
    """Openpyxl moves the first formula instead, whatever text the second one has."""
    shared = '<f t="shared" ref="C1:C2" si="0">A1+1</f>'
    data = replace_in_part(write_example(), SHEET_PART, "<f>A1+1</f>", shared)
    assert find_differences(replace_in_part(data, SHEET_PART, "<f>A2+1</f>", '<f t="shared" si="0"/>')) == {}
    changed = replace_in_part(data, SHEET_PART, "<f>A2+1</f>", '<f t="shared" si="0">A2+7</f>')
    assert find_differences(changed) == {"C2": ("f:A2+1\nn:1", "f:A2+7\nn:1")}
