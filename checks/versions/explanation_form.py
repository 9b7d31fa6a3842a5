"""Read the county's form of explanations (核实说明): one row for each finding, by rule, sheet and cell."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks.model.cell_ref import format_address, parse_range
from checks.model.finding import Finding
from checks.model.report import CountyExplanation
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.table import Table
from checks.versions.finding_key import FindingKey, digest_members

EXPLANATION_FORM = "explanations"
_RULE, _SHEET, _CELL, _TEXT = ("rule", "sheet", "cell", "explanation")
_EVIDENCE = "evidence"
# A range may name all rows of a group, not a whole sheet.
_MAX_ROWS_NAMED, _MAX_COLUMNS_NAMED = 5_000, 50
_SEPARATORS = re.compile(r"[、，,；;\s]+")


def read_explanation_form(tables: Iterable[Table], findings: Sequence[Finding]) -> tuple[CountyExplanation, ...]:
    """Return the explanations that the form gives, each for the finding with the rule, sheet and cell of its row.

    A row that names no finding explains nothing. The number of the evidence, if any, follows the text.
    """
    explanations: list[CountyExplanation] = []
    for table in tables:
        if table.form.name == EXPLANATION_FORM:
            for row in _list_rows(table):
                explanations += _explain_findings(row, findings)
    return tuple(explanations)


def _list_rows(table: Table) -> Iterator[Mapping[str, str]]:
    names = [name for name in (_RULE, _SHEET, _CELL, _TEXT, _EVIDENCE) if name in table.raw.columns]
    for texts in table.raw.select(names).rows():
        yield {name: (text or "").strip() for name, text in zip(names, texts, strict=True)}


def _explain_findings(row: Mapping[str, str], findings: Sequence[Finding]) -> Iterator[CountyExplanation]:
    if not row.get(_TEXT):
        return
    text = row[_TEXT]
    if row.get(_EVIDENCE):
        text = f"{text}（{row[_EVIDENCE]}）"
    for finding in findings:
        key = FindingKey.from_finding(finding)
        if key is not None and _names_finding(row, finding):
            yield replace(key.explain(text), members=_list_members(row, finding), is_from_form=True)


def _list_members(row: Mapping[str, str], finding: Finding) -> tuple[str, ...]:
    """Return the members of a group that a row explains: those that it names, or all if it names but the first."""
    addresses = _parse_addresses(row)
    if addresses == {finding.cell}:
        return digest_members(finding.members)
    return digest_members(member for member in finding.members if member.cell.address in addresses)


def _parse_addresses(row: Mapping[str, str]) -> set[str]:
    """Return the addresses that a row names; a range such as U4:U15 names all its cells."""
    addresses: set[str] = set()
    for part in filter(None, _SEPARATORS.split(normalise_text(row.get(_CELL, "")).upper().replace("$", ""))):
        bounds = parse_range(part)
        if bounds is None:
            addresses.add(part)
            continue
        (first_row, first_column), (last_row, last_column) = bounds
        for number in range(first_row, min(last_row, first_row + _MAX_ROWS_NAMED) + 1):
            columns = range(first_column, min(last_column, first_column + _MAX_COLUMNS_NAMED) + 1)
            addresses.update(format_address(number, column) for column in columns)
    return addresses


def _names_finding(row: Mapping[str, str], finding: Finding) -> bool:
    rule = normalise_text(row.get(_RULE, "")).upper()
    if rule not in (finding.rule, *finding.related_rules):
        return False
    if normalise_text(row.get(_SHEET, "")) != normalise_text(finding.sheet):
        return False
    addresses = _parse_addresses(row)
    if finding.cell is None:
        return not any(map(str.isalnum, addresses)) or addresses <= {cell.address for cell in finding.cells}
    return finding.cell in addresses or any(member.cell.address in addresses for member in finding.members)
