"""Read the county's form of explanations (核实说明): one row for each finding, by rule, sheet and cell."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from checks.model.finding import Finding
from checks.model.report import CountyExplanation
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.table import Table

EXPLANATION_FORM = "explanations"
_RULE, _SHEET, _CELL, _TEXT = ("rule", "sheet", "cell", "explanation")
_EVIDENCE = "evidence"
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
        location = finding.logical_location
        if location is not None and _names_finding(row, finding):
            yield CountyExplanation(rule=finding.rule, spot=location, value=finding.value or "", text=text)


def _names_finding(row: Mapping[str, str], finding: Finding) -> bool:
    rule = normalise_text(row.get(_RULE, "")).upper()
    if rule not in (finding.rule, *finding.related_rules):
        return False
    if normalise_text(row.get(_SHEET, "")) != normalise_text(finding.sheet):
        return False
    addresses = set(filter(None, _SEPARATORS.split(normalise_text(row.get(_CELL, "")).upper().replace("$", ""))))
    if finding.cell is None:
        return not any(map(str.isalnum, addresses)) or addresses <= {cell.address for cell in finding.cells}
    return finding.cell in addresses
