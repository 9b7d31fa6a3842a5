"""What the list of findings and the comments say, in the words of the language chosen."""

from collections import Counter
from collections.abc import Mapping, Sequence

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, RepairStep, Severity
from checks.versions.finding_key import format_finding_key

FINDING_COLUMNS = (
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
MESSAGE_KEYS = frozenset(
    {f"column_{name}" for name in FINDING_COLUMNS}
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
_MAX_CELLS_SHOWN = 4
_MAX_STEPS_SHOWN = 6

MarkMessages = Mapping[str, str]


def list_added_sheets(messages: MarkMessages) -> frozenset[str]:
    """Return the names of the sheets that we put into a workbook."""
    return frozenset(messages[key] for key in ("sheet_name", "changes_name", "normalised_name", "memory_name"))


def list_comment_prefixes(messages: MarkMessages) -> tuple[str, ...]:
    """Return with what our comments begin."""
    severities = [messages[f"severity_{severity}"] for severity in Severity]
    named = [*severities, *(messages[key].format(severity=one) for key in ("trial", "explained") for one in severities)]
    return tuple(messages["comment_heading"].format(severity=one, rule="") for one in named)


def get_shown_severity(finding: Finding) -> Severity:
    """Return how grave a finding is to be shown: a rule on trial informs, whatever it may become."""
    return Severity.REPORT if finding.trial else finding.severity


def format_severity(finding: Finding, messages: MarkMessages) -> str:
    """Name the severity, with a remark if the rule is on trial."""
    word = messages[f"severity_{get_shown_severity(finding)}"]
    if finding.trial:
        return messages["trial"].format(severity=word)
    return messages["explained"].format(severity=word) if finding.is_explained else word


def format_rules(finding: Finding, messages: MarkMessages) -> str:
    """Name the rule and the others that the same cause broke."""
    return messages["separator"].join([finding.rule, *finding.related_rules])


def format_summary(findings: Sequence[Finding], messages: MarkMessages, *, shown_count: int) -> str:
    """Count the findings by severity in one line, and say so where not all of them are *shown*."""
    if not findings:
        return messages["summary_none"]
    counts = Counter(get_shown_severity(finding) for finding in findings)
    capped = messages["summary_capped"].format(shown=shown_count) if shown_count < len(findings) else ""
    return capped + messages["summary"].format(
        total=len(findings),
        hard=counts[Severity.HARD],
        soft=counts[Severity.SOFT],
        report=counts[Severity.REPORT],
    )


def format_finding(number: int, finding: Finding, messages: MarkMessages) -> dict[str, str]:
    """Return what stands in the columns of one finding."""
    return {
        "number": str(number),
        "severity": format_severity(finding, messages),
        "sheet": finding.sheet,
        "cell": _format_location(finding, messages),
        "value": _format_amount(finding.value, messages),
        "expected": _format_amount(finding.expected, messages),
        "difference": _format_amount(finding.difference, messages),
        "message": finding.message,
        "remedy": finding.get_full_remedy,
        "repair": _format_repair(finding, messages),
        "basis": finding.basis,
        "rule": format_rules(finding, messages),
        "explanation": finding.explanation.text if finding.explanation else "",
        "key": format_finding_key(finding),
    }


def _format_amount(value: str | None, messages: MarkMessages) -> str:
    return messages["not_applicable"] if value is None else value


def _format_location(finding: Finding, messages: MarkMessages) -> str:
    """Name the cell at fault, or the cells involved where no single one is."""
    if finding.cell is not None:
        return finding.cell
    if not finding.cells:
        return messages["not_applicable"]
    named = messages["separator"].join(_format_cell(cell, finding) for cell in finding.cells[:_MAX_CELLS_SHOWN])
    if len(finding.cells) <= _MAX_CELLS_SHOWN:
        return named
    return messages["more_cells"].format(cells=named, count=len(finding.cells))


def _format_repair(finding: Finding, messages: MarkMessages) -> str:
    """Write out the first repair and say how many others are as small."""
    if not finding.repairs:
        return ""
    first = finding.repairs[0]
    lines = [_format_repair_step(change, finding, messages) for change in first[:_MAX_STEPS_SHOWN]]
    if len(first) > _MAX_STEPS_SHOWN:
        lines.append(messages["repair_more"].format(count=len(first)))
    if len(finding.repairs) > 1:
        lines.append(messages["repair_count"].format(count=len(finding.repairs)))
    return "\n".join(lines)


def _format_repair_step(change: RepairStep, finding: Finding, messages: MarkMessages) -> str:
    return messages["repair_step"].format(
        cell=_format_cell(change.cell, finding),
        before=change.before or messages["blank"],
        after=change.after or messages["blank"],
    )


def _format_cell(cell: CellRef, finding: Finding) -> str:
    """Name a cell, with its sheet where that is another than the finding's."""
    return cell.address if cell.sheet == finding.sheet else f"{cell.sheet}!{cell.address}"
