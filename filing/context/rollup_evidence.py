"""The evidence that the roll-ups hold: each expectation, what was expected and observed, the verdict and the rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from contracts.messages import Messages
from contracts.rollups import Expectation, RollUpTable
from filing.book.cell_builders import CellRow, TableHeading, build_header_row, build_text_cell
from filing.book.workbook_model import CellStyle, FilingSheet

MAX_NAMES_SHOWN = 20
COLUMN_WIDTHS = (6.0, 8.0, 22.0, 34.0, 34.0, 40.0, 10.0, 26.0)
COLUMN_KEYS = ("serial", "rule", "table", "expectation", "expected", "observed", "verdict", "basis")


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """How one expectation came out: how many rows were looked at, and the names of those that fail."""

    rows_checked: int
    failing_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One line of the evidence, in words; *severity* is what its failing weighs."""

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
    """Put one result into words."""
    names = messages("filing.separator").join(result.failing_names[:MAX_NAMES_SHOWN])
    facts = {"rows": result.rows_checked, "count": len(result.failing_names), "names": names}
    return EvidenceLine(
        rule=expectation.rule,
        severity=expectation.severity,
        table=table.title,
        expectation=expectation.description,
        expected=messages(
            f"evidence.expected.{expectation.expectation_type}",
            **_format_arguments(table, expectation.arguments, messages),
        ),
        observed=messages("evidence.fails" if result.failing_names else "evidence.holds", **facts),
        holds=not result.failing_names,
        basis=expectation.basis,
    )


def _format_arguments(table: RollUpTable, arguments: Mapping[str, Any], messages: Messages) -> dict[str, str]:
    """Say the arguments of an expectation in the headings of its table."""
    separator = messages("filing.separator")
    listed = {name: value if isinstance(value, list) else [value] for name, value in arguments.items()}
    return {name: separator.join(table.columns.get(str(one), str(one)) for one in of) for name, of in listed.items()}


def format_outcome(line: EvidenceLine, messages: Messages) -> str:
    """Say how an expectation came out; what only asks for an explanation is no failure."""
    return messages(f"evidence.verdict.{'holds' if line.holds else line.severity}")


def encode_evidence(lines: Iterable[EvidenceLine]) -> list[dict[str, Any]]:
    """Return the evidence as plain values, to be kept."""
    return [asdict(one) for one in lines]


def decode_evidence(records: Iterable[Mapping[str, Any]]) -> tuple[EvidenceLine, ...]:
    """Read the evidence back."""
    return tuple(EvidenceLine(**one) for one in records)


def build_evidence_sheet(lines: Sequence[EvidenceLine], title: str, messages: Messages) -> FilingSheet:
    """Return the evidence as a sheet of the filing."""
    heading = TableHeading(right_text="", title=title, column_count=len(COLUMN_KEYS))
    header = build_header_row(messages(f"evidence.column.{one}") for one in COLUMN_KEYS)
    return FilingSheet(
        name=messages("filing.sheet.evidence"),
        rows=(
            *heading.build_rows(),
            header,
            *(_build_evidence_row(at, one, messages) for at, one in enumerate(lines, start=1)),
        ),
        widths=COLUMN_WIDTHS,
        landscape=True,
        header_rows=(3, 3),
    )


def _build_evidence_row(serial: int, line: EvidenceLine, messages: Messages) -> CellRow:
    look = CellStyle.TEXT if line.holds else CellStyle(line.severity)
    return (
        build_text_cell(serial, CellStyle.CENTRE),
        build_text_cell(line.rule, CellStyle.CENTRE),
        build_text_cell(line.table),
        build_text_cell(line.expectation),
        build_text_cell(line.expected),
        build_text_cell(line.observed),
        build_text_cell(format_outcome(line, messages), look),
        build_text_cell(line.basis),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """The page of the evidence: the same lines as the sheet."""

    title: str
    summary: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def build_evidence_page(lines: Sequence[EvidenceLine], title: str, messages: Messages) -> EvidencePage:
    """Return the evidence as a page."""
    rows = [_build_evidence_row(at, one, messages) for at, one in enumerate(lines, start=1)]
    return EvidencePage(
        title=title,
        summary=format_evidence_summary(lines, messages),
        headings=tuple(messages(f"evidence.column.{one}") for one in COLUMN_KEYS),
        lines=tuple(tuple(str(cell.value) for cell in row) for row in rows),
    )


def format_evidence_summary(lines: Sequence[EvidenceLine], messages: Messages) -> str:
    """Say in one line how many expectations hold."""
    held = sum(one.holds for one in lines)
    return messages("evidence.summary", count=len(lines), held=held, failed=len(lines) - held)
