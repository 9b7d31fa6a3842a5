"""What the list of findings and the comments say, in the words of the language chosen."""

from collections import Counter
from collections.abc import Mapping, Sequence

from checks.model.cell_ref import CellRef
from checks.model.finding import Change, Finding, Severity
from checks.versions.finding_key import identity_text

COLUMNS = (
    "number",
    "severity",
    "sheet",
    "cell",
    "value",
    "expected",
    "difference",
    "message",
    "remedy",
    "repair",
    "basis",
    "rule",
    "explanation",
    "key",  # hidden: what the explanation belongs to, wherever the row and the cell may go
)
WORD_KEYS = frozenset(
    {f"column_{name}" for name in COLUMNS}
    | {f"severity_{severity}" for severity in Severity}
    | {"sheet_name", "title", "summary", "summary_none", "footer", "font_body", "font_heading"}
    | {
        "trial",
        "separator",
        "blank",
        "not_applicable",
        "more_cells",
        "repair_step",
        "repair_more",
        "repair_count",
    }
    | {"comment_author", "comment_heading"}
    | {"explained", "summary_capped", "changes_name", "normalised_name", "memory_name", "listing_capped"}
)
_CELLS_SHOWN = 4
_STEPS_SHOWN = 6

Words = Mapping[str, str]


def own_sheets(words: Words) -> frozenset[str]:
    """Return the names of the sheets that we put into a workbook."""
    return frozenset(words[key] for key in ("sheet_name", "changes_name", "normalised_name", "memory_name"))


def comment_openings(words: Words) -> tuple[str, ...]:
    """Return with what our comments begin."""
    severities = [words[f"severity_{severity}"] for severity in Severity]
    named = [*severities, *(words[key].format(severity=one) for key in ("trial", "explained") for one in severities)]
    return tuple(words["comment_heading"].format(severity=one, rule="") for one in named)


def weight(finding: Finding) -> Severity:
    """Return how grave a finding is to be shown: a rule on trial informs, whatever it may become."""
    return Severity.REPORT if finding.trial else finding.severity


def severity_word(finding: Finding, words: Words) -> str:
    """Name the severity, with a remark if the rule is on trial."""
    word = words[f"severity_{weight(finding)}"]
    if finding.trial:
        return words["trial"].format(severity=word)
    return words["explained"].format(severity=word) if finding.explained else word


def rules(finding: Finding, words: Words) -> str:
    """Name the rule and the others that the same cause broke."""
    return words["separator"].join([finding.rule, *finding.also])


def summary(findings: Sequence[Finding], words: Words, *, shown: int) -> str:
    """Count the findings by severity in one line, and say so where not all of them are *shown*."""
    if not findings:
        return words["summary_none"]
    counts = Counter(weight(finding) for finding in findings)
    capped = words["summary_capped"].format(shown=shown) if shown < len(findings) else ""
    return capped + words["summary"].format(
        total=len(findings),
        hard=counts[Severity.HARD],
        soft=counts[Severity.SOFT],
        report=counts[Severity.REPORT],
    )


def row(number: int, finding: Finding, words: Words) -> dict[str, str]:
    """Return what stands in the columns of one finding."""
    return {
        "number": str(number),
        "severity": severity_word(finding, words),
        "sheet": finding.sheet,
        "cell": _where(finding, words),
        "value": _amount(finding.value, words),
        "expected": _amount(finding.expected, words),
        "difference": _amount(finding.difference, words),
        "message": finding.message,
        "remedy": finding.advice,
        "repair": _repair(finding, words),
        "basis": finding.basis,
        "rule": rules(finding, words),
        "explanation": finding.explanation.text if finding.explanation else "",
        "key": identity_text(finding),
    }


def _amount(value: str | None, words: Words) -> str:
    return words["not_applicable"] if value is None else value


def _where(finding: Finding, words: Words) -> str:
    """Name the cell at fault, or the cells involved where no single one is."""
    if finding.cell is not None:
        return finding.cell
    if not finding.cells:
        return words["not_applicable"]
    named = words["separator"].join(_cell(cell, finding) for cell in finding.cells[:_CELLS_SHOWN])
    if len(finding.cells) <= _CELLS_SHOWN:
        return named
    return words["more_cells"].format(cells=named, count=len(finding.cells))


def _repair(finding: Finding, words: Words) -> str:
    """Write out the first repair and say how many others are as small."""
    if not finding.repairs:
        return ""
    first = finding.repairs[0]
    lines = [_step(change, finding, words) for change in first[:_STEPS_SHOWN]]
    if len(first) > _STEPS_SHOWN:
        lines.append(words["repair_more"].format(count=len(first)))
    if len(finding.repairs) > 1:
        lines.append(words["repair_count"].format(count=len(finding.repairs)))
    return "\n".join(lines)


def _step(change: Change, finding: Finding, words: Words) -> str:
    return words["repair_step"].format(
        cell=_cell(change.cell, finding),
        before=change.before or words["blank"],
        after=change.after or words["blank"],
    )


def _cell(cell: CellRef, finding: Finding) -> str:
    """Name a cell, with its sheet where that is another than the finding's."""
    return cell.address if cell.sheet == finding.sheet else f"{cell.sheet}!{cell.address}"
