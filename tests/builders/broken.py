"""A valid submission broken the way an example of the rule catalogue says."""

import re
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from zipfile import ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from contracts.rule_examples import RuleExample
from tests.builders import dongchuan, gansu


@cache
def valid_workbook(base: str = "dongchuan") -> bytes:
    """Return a sample in which nothing is wrong: the second version of Dongchuan's, or a made-up county of Gansu."""
    return gansu.gansu_workbook() if base == "gansu" else dongchuan.submission(2).bytes()


def broken_workbook(example: RuleExample) -> bytes:
    """Return the valid sample after what the example does to it: cells set, rows and sheets dropped.

    A value that begins with ``=`` becomes a formula without a result, an error name such as ``#REF!`` an error.
    """
    book = load_workbook(BytesIO(valid_workbook(example.base)))
    for name in example.dropped_sheets:
        del book[name]
    for name, cells in example.cells.items():
        for address, value in cells.items():
            book[name][address].value = value
    _cut_rows(book, example)
    _dress(book, example)
    buffer = BytesIO()
    book.save(buffer)
    return with_results(
        buffer.getvalue(), {book.sheetnames.index(name): of for name, of in example.cached_results.items()}
    )


def _cut_rows(book: Workbook, example: RuleExample) -> None:
    for name, rows in example.dropped_rows.items():
        for row in sorted(rows, reverse=True):
            book[name].delete_rows(row)
    for name, rows in example.hidden_rows.items():
        for row in rows:
            book[name].row_dimensions[row].hidden = True


def _dress(book: Workbook, example: RuleExample) -> None:
    for name, looks in example.cell_styles.items():
        for area, look in looks.items():
            for row in book[name][area if ":" in area else f"{area}:{area}"]:
                for cell in row:
                    cell.number_format = look.get("format", cell.number_format)
                    cell.font = Font(strike=look.get("struck", False), color=look.get("colour"))


def with_results(data: bytes, kept: Mapping[int, Mapping[str, str]]) -> bytes:
    """Return the workbook with the results that it is to hold for its formulas, by number of the sheet and address."""
    if not kept:
        return data
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(buffer, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            for number, of in kept.items():
                if name == f"xl/worksheets/sheet{number + 1}.xml":
                    part = _with_results(part.decode(), of).encode()
            target.writestr(name, part)
    return buffer.getvalue()


def _with_results(markup: str, kept: Mapping[str, str]) -> str:
    for address, value in kept.items():
        cell = re.compile(rf'(<c r="{address}"[^>]*><f>[^<]*</f>)(?:<v\s*/>|<v></v>)')
        markup, count = cell.subn(rf"\g<1><v>{value}</v>", markup)
        assert count == 1, address
    return markup
