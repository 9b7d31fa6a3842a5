"""What is measured, by name: our path, the floor, the peers; each made ready on a subject, then run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import polars as pl

from checks.model.finding import Refusal
from checks.recognition.form_instance import FormUnderCheck
from checks.reporting.finding_messages import build_findings
from checks.rule_evaluation import evaluate_rules
from contracts.contract_library import open_library
from tests.benchmarks import floor
from tests.benchmarks.cpu import ENDED, OWN, used_by
from tests.benchmarks.plain_rules import plain_rules
from tests.benchmarks.plots import FORM, subjects_in, table_of
from workbooks.examine import validate_file
from workbooks.gate.file_access import read_submission_bytes
from workbooks.reader.read_workbook import read_workbook
from workbooks.reader.worker_pool import get_shared_pool

Run = Callable[[], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Engine:
    """One library on the rules: where its parts are, up to how many rows it is worth waiting for, what it names."""

    title: str
    module: str
    made: str
    rules: str
    most: int
    names: str

    def ready(self, subject: FormUnderCheck) -> Run:
        """Return the run, all that is made once being made."""
        run: Run = getattr(import_module(self.module), self.made)(subject)
        return run

    def without(self, subject: FormUnderCheck) -> tuple[str, ...]:
        """Return the rules that it has no words for, in whole or in part."""
        every = plain_rules(subject)
        said = getattr(import_module(self.module), self.rules)(subject) if self.rules else every
        known = {item.name for item in said}
        return tuple(dict.fromkeys(item.rule for item in every if item.name not in known))


def ours(subject: FormUnderCheck) -> Run:
    """Return our own path over the plot form, from typed rows to offences and silenced sums."""

    def run() -> dict[str, int]:
        found: dict[str, int] = {}
        for violation in evaluate_rules((subject,)).violations:
            found[violation.rule.id] = found.get(violation.rule.id, 0) + 1
        return found

    return run


def bare_polars(subject: FormUnderCheck) -> Run:
    """Return the floor."""
    return lambda: {rule: rows.height for rule, rows in floor.hold(subject).items()}


_HERE = "tests.benchmarks"
_CELL, _ROW = "row and cell", "row"
MILLION = 1_000_000
ENGINES: Mapping[str, Engine] = {
    "hesuan": Engine("hesuan", f"{_HERE}.engines", "ours", "", MILLION, "row, cell, sentence"),
    "floor": Engine("bare polars", f"{_HERE}.engines", "bare_polars", "", MILLION, _CELL),
    "dataframely": Engine("dataframely", f"{_HERE}.polars_peers", "dataframely", "expressed", MILLION, _ROW),
    "pointblank": Engine("pointblank", f"{_HERE}.polars_peers", "pointblank", "expressed", MILLION, _ROW),
    "pandera-pandas": Engine(
        "pandera (pandas)",
        f"{_HERE}.pandas_peers",
        "pandera",
        "pandera_rules",
        MILLION,
        "row and column, of some rules",
    ),
    "great-expectations": Engine(
        "Great Expectations",
        f"{_HERE}.pandas_peers",
        "great_expectations",
        "expectation_rules",
        MILLION,
        "row and column",
    ),
    "frictionless": Engine(
        "frictionless", f"{_HERE}.frictionless_peer", "frictionless", "frictionless_rules", 10_000, "row and column"
    ),
}


def county(path: Path) -> Run:
    """Return our path over a whole workbook: bytes, gate, child, second reading, checks, findings with cells."""
    library = open_library()

    def run() -> dict[str, int]:
        words = library.get_messages()
        data = read_submission_bytes(path, words)
        report = data if isinstance(data, Refusal) else validate_file(data, library, words)
        get_shared_pool().close()  # what a child used is told to its parent when it ends
        if isinstance(report, Refusal):
            raise TypeError(report.message)
        return {"findings": len(report.findings)}

    return run


def fastexcel_read(path: Path) -> Run:
    """Return the bare read of every sheet."""
    import fastexcel  # noqa: PLC0415 - each process loads what it measures

    def run() -> dict[str, int]:
        reader = fastexcel.read_excel(path.read_bytes())
        sheets = [reader.load_sheet(name, header_row=None, dtypes="string").to_polars() for name in reader.sheet_names]
        return {"rows": sum(sheet.height for sheet in sheets)}

    return run


def openpyxl_read(path: Path) -> Run:
    """Return the read of every cell in the streaming mode."""
    return lambda: {"rows": sum(len(rows) for rows in _cells(path).values())}


def openpyxl_expectations(path: Path) -> Run:
    """Return the peer's way from bytes to failing rows: openpyxl into pandas, then Great Expectations on the plots."""
    from tests.benchmarks import pandas_peers  # noqa: PLC0415 - as above
    from tests.benchmarks.plots import subject_of  # noqa: PLC0415 - as above

    subject = subject_of(path)
    rules = pandas_peers.expectation_rules(subject)
    form, table = subject.form, table_of(subject)
    names = {at: name for name, at in table.columns.items()}

    def run() -> dict[str, int]:
        rows = _cells(path)[form.sheet_names[0]][table.header_row : -1]
        columns = {name: [row[at - 1] for row in rows] for at, name in names.items()}
        whole = pl.DataFrame(columns, strict=False, infer_schema_length=None)
        asked = tuple(rule for rule in rules if rule.column in columns and rule.given.get("other", "plot") in columns)
        return pandas_peers.expectations_held(pandas_peers.as_pandas(whole.with_row_index("row")), asked)

    return run


def _cells(path: Path) -> dict[str, list[tuple[object, ...]]]:
    import openpyxl  # noqa: PLC0415 - as above

    book = openpyxl.load_workbook(BytesIO(path.read_bytes()), read_only=True, data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def stages(path: Path) -> Run:
    """Return our path over a workbook taken apart: the CPU milliseconds of each stage."""
    library = open_library()
    words = library.get_messages()

    def run() -> dict[str, int]:
        marks = [("", _used())]
        book = read_workbook(path.read_bytes(), words)
        get_shared_pool().close()  # what a child used is told at its end, and a long table's ends by itself
        marks.append(("gate, two readings, packing and receiving, both processes", _used()))
        if isinstance(book, Refusal):
            raise TypeError(book.message)
        subjects = subjects_in(book)
        marks.append(("parent: tables found and typed", _used()))
        verdict = evaluate_rules(subjects)
        marks.append(("parent: rules", _used()))
        build_findings(verdict.violations, words)
        marks.append(("parent: sentences", _used()))
        return {name: round((at - before) * 1000) for (_, before), (name, at) in pairwise(marks)}

    return run


def _used() -> float:
    return used_by(OWN) + used_by(ENDED)


READERS: Mapping[str, tuple[str, Callable[[Path], Run]]] = {
    "county": ("hesuan: bytes to findings", county),
    "fastexcel": ("fastexcel: bare read", fastexcel_read),
    "openpyxl": ("openpyxl: bare read", openpyxl_read),
    "stages": ("hesuan, stage by stage", stages),
    "openpyxl-expectations": ("openpyxl + Great Expectations", openpyxl_expectations),
}

__all__ = ["ENGINES", "FORM", "READERS"]
