"""The texts of the list of findings and of the comments, in the language of the message catalogue."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, RepairStep, Severity
from checks.reporting.place_texts import format_places
from checks.versions.finding_key import format_finding_key
from checks.versions.point_answers import RETURN_POINT

# The first screen shows what is wrong, where, what to do, and the place for the county's explanation.
FINDING_COLUMNS = (
    "number",
    "severity",
    "sheet",
    "cell",
    "place",
    "message",
    "remedy",
    "explanation",
    "value",
    "expected",
    "difference",
    "repair",
    "basis",
    "rule",
    # Hidden: identifies the finding that an explanation belongs to, even after rows and cells have moved.
    "key",
)
OWN_LINES = frozenset({RETURN_POINT, "cover_notice"})
"""What stands for the rule in lines of the list that no rule has found; the catalogue has a name for each."""
_COLUMN_KEYS = {f"column_{name}" for name in FINDING_COLUMNS}
_SEVERITY_KEYS = {f"severity_{severity}" for severity in Severity}
MESSAGE_KEYS = frozenset(
    _COLUMN_KEYS
    | _SEVERITY_KEYS
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
    | OWN_LINES
    | {"unmarked_sheets", "unmarked_workbook"}
    | {
        "explained",
        "summary_capped",
        "summary_points",
        "changes_name",
        "normalised_name",
        "memory_name",
        "listing_capped",
    }
)
_MAX_CELLS_SHOWN = 4
_MAX_STEPS_SHOWN = 6

MarkMessages = Mapping[str, str]
"""The texts of this package by message key, see MESSAGE_KEYS."""


def list_added_sheets(messages: MarkMessages) -> frozenset[str]:
    """Return the names of the sheets that we add to a workbook."""
    return frozenset(messages[key] for key in ("sheet_name", "changes_name", "normalised_name", "memory_name"))


def list_comment_prefixes(messages: MarkMessages) -> tuple[str, ...]:
    """Return the texts that our comments may begin with."""
    heading = messages["comment_heading"]
    return tuple(heading.format(severity=name, rule="") for name in _iter_severity_names(messages))


def _iter_severity_names(messages: MarkMessages) -> Iterator[str]:
    """Yield every text that format_severity can return."""
    names = [messages[f"severity_{severity}"] for severity in Severity]
    yield from names
    for key in ("trial", "explained"):
        for name in names:
            yield messages[key].format(severity=name)


def get_shown_severity(finding: Finding) -> Severity:
    """Return the severity that is shown: REPORT for a rule on trial, whatever its own severity is."""
    if finding.trial:
        return Severity.REPORT
    return finding.severity


def format_severity(finding: Finding, messages: MarkMessages) -> str:
    """Return the name of the severity, with a remark if the rule is on trial or the finding is explained."""
    name = messages[f"severity_{get_shown_severity(finding)}"]
    if finding.trial:
        return messages["trial"].format(severity=name)
    if finding.is_explained:
        return messages["explained"].format(severity=name)
    return name


def format_rules(finding: Finding, messages: MarkMessages) -> str:
    """Return the id of the rule and those of the other rules that fail for the same cause."""
    if finding.rule in OWN_LINES:
        return messages[finding.rule]
    return messages["separator"].join([finding.rule, *finding.related_rules])


def format_summary(findings: Sequence[Finding], messages: MarkMessages, *, shown_count: int) -> str:
    """Count the findings by severity in one line, with a remark if only *shown_count* of them are listed.

    The points of a return stand among the findings; they are counted apart.
    """
    found = [finding for finding in findings if finding.rule != RETURN_POINT]
    point_count = len(findings) - len(found)
    summary = _count_by_severity(found, messages)
    if point_count:
        summary += messages["summary_points"].format(points=point_count)
    if shown_count < len(findings):
        return messages["summary_capped"].format(shown=shown_count) + summary
    return summary


def _count_by_severity(findings: Sequence[Finding], messages: MarkMessages) -> str:
    if not findings:
        return messages["summary_none"]
    counts = Counter(map(get_shown_severity, findings))
    return messages["summary"].format(
        total=len(findings),
        hard=counts[Severity.HARD],
        soft=counts[Severity.SOFT],
        report=counts[Severity.REPORT],
    )


def format_finding(number: int, finding: Finding, messages: MarkMessages) -> dict[str, str]:
    """Return the texts of one row of the list, by the names in FINDING_COLUMNS and in their order."""
    return {
        "number": str(number),
        "severity": format_severity(finding, messages),
        "sheet": finding.sheet,
        "cell": _format_location(finding, messages),
        "place": format_places(finding),
        "message": finding.message,
        "remedy": finding.full_remedy,
        "explanation": _format_explanation(finding),
        "value": _format_amount(finding.value, messages),
        "expected": _format_amount(finding.expected, messages),
        "difference": _format_amount(finding.difference, messages),
        "repair": _format_repair(finding, messages),
        "basis": finding.basis,
        "rule": format_rules(finding, messages),
        "key": format_finding_key(finding),
    }


def _format_explanation(finding: Finding) -> str:
    if finding.explanation is None:
        return ""
    return finding.explanation.text


def _format_amount(value: str | None, messages: MarkMessages) -> str:
    if value is None:
        return messages["not_applicable"]
    return value


def _format_location(finding: Finding, messages: MarkMessages) -> str:
    """Return the address of the cell at fault, or those of the first cells involved if no single one is at fault."""
    if finding.cell is not None:
        return finding.cell
    if not finding.cells:
        return messages["not_applicable"]
    shown_cells = finding.cells[:_MAX_CELLS_SHOWN]
    addresses = messages["separator"].join(_format_cell(cell, finding) for cell in shown_cells)
    if len(finding.cells) <= _MAX_CELLS_SHOWN:
        return addresses
    return messages["more_cells"].format(cells=addresses, count=len(finding.cells))


def _format_repair(finding: Finding, messages: MarkMessages) -> str:
    """Describe the first repair, one step a line, with the number of alternatives."""
    if not finding.repairs:
        return ""
    first = finding.repairs[0]
    lines = [_format_repair_step(step, finding, messages) for step in first[:_MAX_STEPS_SHOWN]]
    if len(first) > _MAX_STEPS_SHOWN:
        lines.append(messages["repair_more"].format(count=len(first)))
    if len(finding.repairs) > 1:
        lines.append(messages["repair_count"].format(count=len(finding.repairs)))
    return "\n".join(lines)


def _format_repair_step(step: RepairStep, finding: Finding, messages: MarkMessages) -> str:
    return messages["repair_step"].format(
        cell=_format_cell(step.cell, finding),
        before=step.before or messages["blank"],
        after=step.after or messages["blank"],
    )


def _format_cell(cell: CellRef, finding: Finding) -> str:
    """Return the address of a cell, with the name of its sheet if that is not the finding's sheet."""
    if cell.sheet == finding.sheet:
        return cell.address
    return f"{cell.sheet}!{cell.address}"
