"""Results of ``hesuan check`` as a SARIF 2.1.0 log, for programs that collect findings of many tools."""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

from sarif_pydantic import sarif

from checks.model.finding import Finding, Refusal, Severity
from checks.versions.finding_key import compute_finding_id
from desk.checked_file import CheckedFile
from flows.year.program_version import PROGRAM_NAME, PROGRAM_VERSION

SCHEMA_URI: Final = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT: Final = "hesuanFinding/v1"
_LEVELS: Final = {Severity.HARD: "error", Severity.SOFT: "warning", Severity.REPORT: "note"}


def build_sarif_log(checked_files: Sequence[CheckedFile]) -> str:
    """Return one log of all files as JSON text.

    A hard finding is an error, a soft one a warning, a report a note; a soft finding with a valid explanation is
    suppressed by it. A refused file is one error whose rule is the code of the refusal.
    """
    results = [result for checked in checked_files for result in _list_results(checked)]
    rules = dict.fromkeys(result.rule_id or "" for result in results)
    driver = sarif.ToolDriver(
        name=PROGRAM_NAME, version=PROGRAM_VERSION, rules=[sarif.ReportingDescriptor(id=rule) for rule in rules]
    )
    run = sarif.Run(
        tool=sarif.Tool(driver=driver),
        artifacts=[_describe_file(checked) for checked in checked_files],
        results=results,
        language="zh-CN",
    )
    log = sarif.Sarif.model_validate({"version": "2.1.0", "$schema": SCHEMA_URI, "runs": [run]})
    text: str = log.model_dump_json(by_alias=True, exclude_none=True)
    return text


def _describe_file(checked: CheckedFile) -> sarif.Artifact:
    location = _locate_file(checked)
    if checked.sha256 is None:
        return sarif.Artifact(location=location)
    return sarif.Artifact(location=location, hashes={"sha-256": checked.sha256})


def _locate_file(checked: CheckedFile) -> sarif.ArtifactLocation:
    return sarif.ArtifactLocation(uri=quote(checked.path.as_posix()))


def _list_results(checked: CheckedFile) -> Iterator[sarif.Result]:
    if isinstance(checked.result, Refusal):
        yield _build_refusal_result(checked, checked.result)
        return
    for finding in checked.result.findings:
        yield _build_result(checked, finding)


def _build_refusal_result(checked: CheckedFile, refusal: Refusal) -> sarif.Result:
    return sarif.Result(
        rule_id=refusal.code,
        level=sarif.Level.ERROR,
        message=sarif.Message(text=refusal.message + refusal.remedy),
        locations=[_build_location(checked, refusal.sheet or "", refusal.cell)],
    )


def _build_result(checked: CheckedFile, finding: Finding) -> sarif.Result:
    facts = {"value": finding.value, "expected": finding.expected, "difference": finding.difference}
    properties = {name: value for name, value in facts.items() if value is not None}
    return sarif.Result(
        rule_id=finding.rule,
        level=sarif.Level(_get_level(finding)),
        message=sarif.Message(text=finding.message + finding.full_remedy),
        locations=[_build_location(checked, finding.sheet, finding.cell)],
        related_locations=_list_related_locations(checked, finding) or None,
        partial_fingerprints={FINGERPRINT: compute_finding_id(finding)},
        properties={**properties, "basis": finding.basis, "relatedRules": list(finding.related_rules)},
        **_suppress_explained(finding),
    )


def _get_level(finding: Finding) -> str:
    # A trial rule never blocks.
    if finding.trial:
        return _LEVELS[Severity.REPORT]
    return _LEVELS[finding.severity]


def _suppress_explained(finding: Finding) -> dict[str, list[dict[str, str]]]:
    """Return the suppression of a finding that the county has explained, nothing for any other."""
    if not finding.is_explained or finding.explanation is None:
        return {}
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": finding.explanation.text}]}


def _list_related_locations(checked: CheckedFile, finding: Finding) -> list[sarif.Location]:
    return [
        _build_location(checked, cell.sheet, cell.address)
        for cell in finding.cells
        if (cell.sheet, cell.address) != (finding.sheet, finding.cell)
    ]


def _build_location(checked: CheckedFile, sheet: str, cell: str | None) -> sarif.Location:
    """Return a location: the file, and the cell as a logical location, because a workbook has no lines."""
    physical = sarif.PhysicalLocation(artifact_location=_locate_file(checked))
    if not sheet:
        return sarif.Location(physical_location=physical)
    name = "!".join(filter(None, (sheet, cell)))
    kind = "cell" if cell else "sheet"
    return sarif.Location(
        physical_location=physical,
        logical_locations=[sarif.LogicalLocation(name=cell or sheet, fully_qualified_name=name, kind=kind)],
    )
