"""The evidence that the roll-ups hold: each expectation, what was expected and observed, the verdict and the rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from contracts.messages import Wording
from contracts.rollups import Expectation, RollUpTable
from filing.book.cell_builders import Heading, Row, headers, text
from filing.book.workbook_model import Look, Sheet

MOST_NAMED = 20
WIDTHS = (6.0, 8.0, 22.0, 34.0, 34.0, 40.0, 10.0, 26.0)
COLUMNS = ("serial", "rule", "table", "expectation", "expected", "observed", "verdict", "basis")


@dataclass(frozen=True, slots=True)
class Held:
    """How one expectation came out: how many rows were looked at, and the names of those that fail."""

    rows: int
    failing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One line of the evidence, in words; *severity* is what its failing weighs."""

    rule: str
    severity: str
    table: str
    expectation: str
    expected: str
    observed: str
    holds: bool
    basis: str


def proof_of(table: RollUpTable, one: Expectation, held: Held, words: Wording) -> Proof:
    """Put one result into words."""
    names = words("filing.separator").join(held.failing[:MOST_NAMED])
    facts = {"rows": held.rows, "count": len(held.failing), "names": names}
    return Proof(
        rule=one.rule,
        severity=one.severity,
        table=table.title,
        expectation=one.description,
        expected=words(f"evidence.expected.{one.kind}", **_spoken(table, one.arguments, words)),
        observed=words("evidence.fails" if held.failing else "evidence.holds", **facts),
        holds=not held.failing,
        basis=one.basis,
    )


def _spoken(table: RollUpTable, arguments: Mapping[str, Any], words: Wording) -> dict[str, str]:
    """Say the arguments of an expectation in the headings of its table."""
    separator = words("filing.separator")
    listed = {name: value if isinstance(value, list) else [value] for name, value in arguments.items()}
    return {name: separator.join(table.columns.get(str(one), str(one)) for one in of) for name, of in listed.items()}


def verdict_of(proof: Proof, words: Wording) -> str:
    """Say how an expectation came out; what only asks for an explanation is no failure."""
    return words(f"evidence.verdict.{'holds' if proof.holds else proof.severity}")


def evidence_to_json(proofs: Iterable[Proof]) -> list[dict[str, Any]]:
    """Return the evidence as plain values, to be kept."""
    return [asdict(one) for one in proofs]


def evidence_from_json(raw: Iterable[Mapping[str, Any]]) -> tuple[Proof, ...]:
    """Read the evidence back."""
    return tuple(Proof(**one) for one in raw)


def evidence_sheet(proofs: Sequence[Proof], title: str, words: Wording) -> Sheet:
    """Return the evidence as a sheet of the filing."""
    heading = Heading(right="", title=title, columns=len(COLUMNS))
    header = headers(words(f"evidence.column.{one}") for one in COLUMNS)
    return Sheet(
        name=words("filing.sheet.evidence"),
        rows=(*heading.rows(), header, *(_line(at, one, words) for at, one in enumerate(proofs, start=1))),
        widths=WIDTHS,
        landscape=True,
        header_rows=(3, 3),
    )


def _line(at: int, proof: Proof, words: Wording) -> Row:
    look = Look.TEXT if proof.holds else Look(proof.severity)
    return (
        text(at, Look.CENTRE),
        text(proof.rule, Look.CENTRE),
        text(proof.table),
        text(proof.expectation),
        text(proof.expected),
        text(proof.observed),
        text(verdict_of(proof, words), look),
        text(proof.basis),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """The page of the evidence: the same lines as the sheet."""

    title: str
    summary: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def evidence_page(proofs: Sequence[Proof], title: str, words: Wording) -> EvidencePage:
    """Return the evidence as a page."""
    rows = [_line(at, one, words) for at, one in enumerate(proofs, start=1)]
    return EvidencePage(
        title=title,
        summary=summary_of(proofs, words),
        headings=tuple(words(f"evidence.column.{one}") for one in COLUMNS),
        lines=tuple(tuple(str(cell.value) for cell in row) for row in rows),
    )


def summary_of(proofs: Sequence[Proof], words: Wording) -> str:
    """Say in one line how many expectations hold."""
    held = sum(one.holds for one in proofs)
    return words("evidence.summary", count=len(proofs), held=held, failed=len(proofs) - held)
