"""A clerk with the blank workbook: types where nothing stands yet, and leaves the rest to the formulas."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree
from openpyxl import load_workbook

from checks.formulas.formula_evaluation import FormulaEvaluator
from checks.model.cell_ref import CellRef
from checks.model.filing_history import FilingHistory
from checks.model.finding import Refusal
from contracts.contract_library import Submission, open_library
from contracts.form_model import Form, Layout
from contracts.sample.figures import Sample
from contracts.sample.rows import ROW_BUILDERS
from filing.template.blank_sheet import FIRST_ROW
from filing.template.template import build_blank_workbook
from tests.builders import dongchuan
from tests.builders.examined import wording
from workbooks.reader.read_workbook import read_workbook
from workbooks.writer.write_template import write_template

Typed = tuple[str, str, Any]  # sheet, cell, what is typed
Rows = Sequence[Mapping[str, Any]]
_TEXT = re.compile(
    r"""TEXT\('(?P<sheet>[^']+)'!\$?(?P<letters>[A-Z]+)\$?(?P<row>\d+),"0\.00"\)|"(?P<literal>(?:[^"]|"")*)\""""
)


def _sign(submission: Submission) -> dict[str, Any]:
    """Return what a clerk types on the cover."""
    people = {"compiled_by": "示例局", "filled_by": "甲", "checked_by": "乙", "responsible": "丙"}
    return {**people, "filled_on": date(submission.year + 1, 1, 10)}


@cache
def plan_submission() -> Submission:
    """Return what the county with a plan must send."""
    package = open_library().find_package(dongchuan.COUNTY, dongchuan.YEAR)
    assert package is not None
    return open_library().compile_submission(package, dongchuan.YEAR)


def write_blank(submission: Submission, rows: int = 12, history: FilingHistory | None = None) -> bytes:
    """Return a county's blank workbook with some blank rows for plots."""
    county = submission.register.counties[submission.package.county]
    return write_template(build_blank_workbook(submission, county, rows, wording(), history), wording())


def list_plan_entries(blank: bytes) -> list[Typed]:
    """Return what a county with a plan types: what its townships have done, and the cover."""
    rows = [
        {"township": name, "consolidation_done": Decimal(land), "linkage_done": Decimal(linkage)}
        for name, (land, linkage) in dongchuan.DONE.items()
    ]
    return list(list_entries(blank, plan_submission(), {"progress": rows}, _sign(plan_submission())))


def list_sample_entries(blank: bytes, submission: Submission, sample: Sample) -> list[Typed]:
    """Return what a county of Gansu types: the rows of a sample, and the cover."""
    rows = {
        form.name: list(ROW_BUILDERS[form.name](sample, form, wording()))
        for form in submission.forms
        if form.name in ROW_BUILDERS and not form.paragraphs
    }
    return list(list_entries(blank, submission, rows, _sign(submission)))


def list_entries(
    blank: bytes, submission: Submission, rows_by_form: Mapping[str, Rows], cover: Mapping[str, Any]
) -> Iterator[Typed]:
    """Yield what a clerk types into a blank: whatever is neither there already nor computed."""
    book = load_workbook(BytesIO(blank))
    for form in submission.forms:
        page = book[form.sheet_names[0]]
        if form.layout is Layout.TABLE:
            yield from _list_table_entries(page, form, rows_by_form.get(form.name, ()))
        else:
            by_label = {row[0].value: row[1] for row in page.iter_rows(max_col=2)}
            for name, value in cover.items():
                yield page.title, by_label[form.get_field(name).heading].coordinate, value


def _list_table_entries(page: Any, form: Form, rows: Rows) -> Iterator[Typed]:
    """Type each row where its project and township stand, else where its township does, else into the next row."""
    names = [field.name for field in form.fields]
    keys = [name for name in ("project", "township", "land_class") if name in names]
    free = _list_free_rows(page, form)
    for values in rows:
        row = next(row for row in free if _fits(page, row, [(names.index(key) + 1, values.get(key)) for key in keys]))
        free.remove(row)
        for column, field in enumerate(form.fields, start=1):
            cell, value = page.cell(row, column), values.get(field.name)
            if cell.value is None and not cell.protection.locked and value is not None:
                yield page.title, cell.coordinate, float(value) if isinstance(value, Decimal) else value


def _list_free_rows(page: Any, form: Form) -> list[int]:
    """Return the rows between the headings and the total, filled-in townships first."""
    serials = {name: row for row in range(FIRST_ROW, page.max_row + 1) if (name := page.cell(row, 1).value)}
    last = next((row for name, row in serials.items() if name in form.total_names), page.max_row + 1)
    return [row for row in range(FIRST_ROW, last) if not page.cell(row, 2).protection.locked or page.cell(row, 2).value]


def _fits(page: Any, row: int, keys: Sequence[tuple[int, Any]]) -> bool:
    return all(page.cell(row, column).value in (None, value) for column, value in keys)


def type_entries(data: bytes, entries: Sequence[Typed]) -> bytes:
    """Return the workbook with the entries and without computed values, as openpyxl leaves it."""
    book = load_workbook(BytesIO(data))
    for sheet, address, value in entries:
        book[sheet][address] = value
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def calculate(data: bytes) -> bytes:
    """Return the workbook with the values of its formulas, as a spreadsheet saves it; array formulas stay without."""
    book = read_workbook(data, wording(), is_only_file=False)
    assert not isinstance(book, Refusal), book
    values: dict[CellRef, Decimal | str] = {}

    def read_number(cell: CellRef) -> Decimal | None:
        value = values.get(cell)
        if value is None and evaluator.get_formula(cell) is None:
            return evaluator.read_stored_number(cell)
        return value if isinstance(value, Decimal) else None

    evaluator = FormulaEvaluator(book, read_number=read_number)
    formulas = [(sheet.name, address, text) for sheet in book.sheets for address, text in sheet.formulas.items()]
    for _ in range(4):  # a total adds up what other formulas compute
        for sheet, address, formula in formulas:
            values[CellRef(sheet, address)] = _compute(formula, sheet, evaluator, values)
    return _write_values(data, values)


def _compute(
    formula: str, sheet: str, evaluator: FormulaEvaluator, values: Mapping[CellRef, Decimal | str]
) -> Decimal | str:
    value = evaluator.evaluate(formula, sheet)
    if value is not None:
        return value.amount
    parts = []
    for match in _TEXT.finditer(formula if formula.startswith('="') else ""):
        if match["literal"] is not None:
            parts.append(match["literal"].replace('""', '"'))
        else:
            amount = values.get(CellRef(match["sheet"], f"{match['letters']}{match['row']}"), Decimal(0))
            parts.append(f"{amount:.2f}")
    return "".join(parts)


def _write_values(data: bytes, values: Mapping[CellRef, Decimal | str]) -> bytes:
    book = load_workbook(BytesIO(data))
    sheets = {f"xl/worksheets/sheet{number}.xml": name for number, name in enumerate(book.sheetnames, start=1)}
    packed = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name in sheets:
                part = _write_sheet_values(part, sheets[name], values)
            target.writestr(name, part)
    return packed.getvalue()


def _write_sheet_values(part: bytes, sheet: str, values: Mapping[CellRef, Decimal | str]) -> bytes:
    root = etree.fromstring(part)
    for cell in root.iterfind(".//{*}c"):
        value = values.get(CellRef(sheet, cell.get("r")))
        stored = cell.find("{*}v")
        if cell.find("{*}f") is None or value is None:
            continue
        if stored is None:
            stored = etree.SubElement(cell, f"{{{root.nsmap[None]}}}v")
        stored.text = f"{value:f}" if isinstance(value, Decimal) else value
        if isinstance(value, str):
            cell.set("t", "str")
        else:
            cell.attrib.pop("t", None)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
