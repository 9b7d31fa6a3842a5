"""The evidence for the roll-ups (汇总核验): the result of each expectation, as a sheet of the filing and as a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from contracts.messages import Messages
from contracts.rollups import Expectation, RollUpTable
from filing.book.cell_builders import CellRow, TableHeading, build_text_cell
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.headings import build_headings, list_headings

MAX_NAMES_SHOWN = 20
COLUMN_WIDTHS = (6.0, 8.0, 22.0, 34.0, 34.0, 40.0, 10.0, 26.0)
COLUMN_KEYS = ("serial", "rule", "table", "expectation", "expected", "observed", "verdict", "basis")


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """The result of one expectation: the number of rows checked, and the names of the rows that fail.

    A row without the value that is compared is not counted.
    """

    rows_checked: int
    failing_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One expectation and its result as texts; *severity* is that of a failure."""

    rule: str
    severity: str
    table: str
    expectation: str
    expected: str
    observed: str
    holds: bool
    basis: str


def build_evidence_line(
    table: RollUpTable, expectation: Expectation, result: ExpectationResult, messages: Messages
) -> EvidenceLine:
    """Return one result as texts; of the failing rows, the first `MAX_NAMES_SHOWN` are named."""
    names = messages("filing.separator").join(result.failing_names[:MAX_NAMES_SHOWN])
    facts = {"rows": result.rows_checked, "count": len(result.failing_names), "names": names}
    arguments = _format_arguments(table, expectation.arguments, messages)
    return EvidenceLine(
        rule=expectation.rule,
        severity=expectation.severity,
        table=table.title,
        expectation=expectation.description,
        expected=messages(_get_expected_key(expectation), **arguments),
        observed=messages(_get_observed_key(result), **facts),
        holds=not result.failing_names,
        basis=expectation.basis,
    )


def _get_expected_key(expectation: Expectation) -> str:
    """Return the key of the sentence; a range without an end, and a comparison that allows equality, have their own."""
    key = f"evidence.expected.{expectation.expectation_type}"
    if "min_value" in expectation.arguments and "max_value" not in expectation.arguments:
        return f"{key}_from"
    if expectation.arguments.get("or_equal"):
        return f"{key}_or_equal"
    return key


def _get_observed_key(result: ExpectationResult) -> str:
    if result.failing_names:
        return "evidence.fails"
    return "evidence.holds" if result.rows_checked else "evidence.nothing"


def _format_arguments(table: RollUpTable, arguments: Mapping[str, Any], messages: Messages) -> dict[str, str]:
    """Return the arguments of an expectation as texts, names of columns replaced by their headings."""
    separator = messages("filing.separator")
    texts = {}
    for name, argument in arguments.items():
        values = argument if isinstance(argument, list) else [argument]
        texts[name] = separator.join(table.columns.get(str(value), str(value)) for value in values)
    return texts


def format_outcome(line: EvidenceLine, messages: Messages) -> str:
    """Return the outcome of an expectation; a failure is called by its severity."""
    if line.holds:
        return messages("evidence.verdict.holds")
    return messages(f"evidence.verdict.{line.severity}")


def encode_evidence(lines: Iterable[EvidenceLine]) -> list[dict[str, Any]]:
    """Return the evidence as plain JSON values, for storage."""
    return list(map(asdict, lines))


def decode_evidence(records: Iterable[Mapping[str, Any]]) -> tuple[EvidenceLine, ...]:
    """Return the evidence that `encode_evidence` encoded."""
    return tuple(EvidenceLine(**record) for record in records)


def build_evidence_sheet(lines: Sequence[EvidenceLine], title: str, messages: Messages) -> FilingSheet:
    """Return the evidence as a sheet of the filing."""
    heading = TableHeading(right_text="", title=title, column_count=len(COLUMN_KEYS))
    header = build_headings(messages, "evidence.column", COLUMN_KEYS)
    return FilingSheet(
        name=messages("filing.sheet.evidence"),
        rows=(*heading.build_rows(), header, *_build_evidence_rows(lines, messages)),
        widths=COLUMN_WIDTHS,
        landscape=True,
        header_rows=(3, 3),
    )


def _build_evidence_rows(lines: Iterable[EvidenceLine], messages: Messages) -> Iterator[CellRow]:
    for serial, line in enumerate(lines, start=1):
        yield (
            build_text_cell(serial, CellStyle.CENTRE),
            build_text_cell(line.rule, CellStyle.CENTRE),
            build_text_cell(line.table),
            build_text_cell(line.expectation),
            build_text_cell(line.expected),
            build_text_cell(line.observed),
            build_text_cell(format_outcome(line, messages), _get_outcome_style(line)),
            build_text_cell(line.basis),
        )


def _get_outcome_style(line: EvidenceLine) -> CellStyle:
    if line.holds:
        return CellStyle.TEXT
    return CellStyle(line.severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """The evidence as a page: the same lines as on the sheet."""

    title: str
    summary: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def build_evidence_page(lines: Sequence[EvidenceLine], title: str, messages: Messages) -> EvidencePage:
    """Return the evidence as a page."""
    return EvidencePage(
        title=title,
        summary=format_evidence_summary(lines, messages),
        headings=tuple(list_headings(messages, "evidence.column", COLUMN_KEYS)),
        lines=tuple(map(_format_row, _build_evidence_rows(lines, messages))),
    )


def _format_row(row: CellRow) -> tuple[str, ...]:
    return tuple(str(cell.value) for cell in row)


def format_evidence_summary(lines: Sequence[EvidenceLine], messages: Messages) -> str:
    """Return in one line how many expectations hold and how many fail."""
    held_count = sum(line.holds for line in lines)
    return messages("evidence.summary", count=len(lines), held=held_count, failed=len(lines) - held_count)
