"""``hesuan check``: check workbooks here and now; no ledger, nothing written but what --out asks for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.findings import Refusal, Severity
from checks.report import REFUSED, Report
from checks.shape import finding_to_json, refusal_to_json
from contracts.library import Library
from contracts.messages import Wording
from desk.console import complain, say, say_json
from desk.exits import Exit
from flows.inbox import shown
from workbooks.examining import examine
from workbooks.gate import take_bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """One file as checked."""

    path: Path
    sha256: str | None
    data: bytes
    result: Report | Refusal

    @property
    def name(self) -> str:
        """The file's path, safe to print."""
        return shown(str(self.path))


def check_files(paths: list[Path], library: Library, *, as_json: bool, out: Path | None) -> Exit:
    """Check each file and print what was found; one bad file does not change what is said of another."""
    words = library.wording()
    worst = Exit.CLEAR
    for path in paths:
        checked = read_and_check(path, library, words)
        if as_json:
            say_json(as_promised(checked))
        else:
            _print(checked, words)
        if out is not None:
            _mark(checked, out, library, words)
        worst = max(worst, _exit_of(checked.result))
    return worst


def as_promised(checked: Checked) -> dict[str, Any]:
    """Return the object that ``--format json`` promises."""
    result = checked.result
    identity = None if isinstance(result, Refusal) else result.identity
    return {
        "outcome": REFUSED if isinstance(result, Refusal) else result.outcome,
        "refusal": refusal_to_json(result) if isinstance(result, Refusal) else None,
        "file": checked.name,
        "sha256": checked.sha256,
        "county": identity.county if identity else None,
        "year": identity.year if identity else None,
        "findings": [] if isinstance(result, Refusal) else [finding_to_json(one) for one in result.findings],
    }


def read_and_check(path: Path, library: Library, words: Wording) -> Checked:
    """Read one file and check it."""
    data = take_bytes(path, words)
    if isinstance(data, Refusal):
        return Checked(path, None, b"", data)
    return Checked(path, hashlib.sha256(data).hexdigest(), data, examine(data, library, words))


def _exit_of(result: Report | Refusal) -> Exit:
    if isinstance(result, Refusal):
        return Exit.REFUSED_FILE
    return Exit.FINDINGS if result.count(Severity.HARD) else Exit.CLEAR


def _print(checked: Checked, words: Wording) -> None:
    result = checked.result
    if isinstance(result, Refusal):
        place = "!".join(one for one in (result.sheet, result.cell) if one)
        say(words("check.refused", file=checked.name, place=place, code=result.code))
        say(f"  {shown(result.message)}{shown(result.remedy)}")
        return
    say(words("check.summary", file=checked.name, **_counts(result, words)))
    for one in result.findings:
        place = f"{shown(one.sheet)}!{one.cell}" if one.cell else shown(one.sheet)
        rules = "、".join((one.rule, *one.also))
        say(f"  [{words(f'severity.{one.severity}')}] {place}  {shown(one.message)}{shown(one.advice)}（{rules}）")
    for skipped in result.not_run:
        reason = words(f"not_run.{skipped.reason}")
        say("  " + words("not_run.text", form=skipped.form, rule=skipped.rule, reason=reason))


def _counts(report: Report, words: Wording) -> Mapping[str, str]:
    return {
        "outcome": words(f"outcome.{report.outcome}"),
        "hard": str(report.count(Severity.HARD)),
        "soft": str(report.count(Severity.SOFT)),
        "notes": str(report.count(Severity.REPORT)),
    }


def _mark(checked: Checked, out: Path, library: Library, words: Wording) -> None:
    """Write what the county would get back: its workbook marked, and the page."""
    if isinstance(checked.result, Refusal):
        return
    from filing.html import submission_html  # noqa: PLC0415 - only where something is written
    from filing.page import Heading, submission_page  # noqa: PLC0415
    from filing.progress import progress_of  # noqa: PLC0415
    from filing.steward_lists import normalised_list  # noqa: PLC0415
    from flows.returning import county_of  # noqa: PLC0415
    from ledger.files import write_whole  # noqa: PLC0415
    from workbooks.marking import marked_workbook  # noqa: PLC0415

    report, caps = checked.result, library.returning().caps
    normalised = normalised_list(report.findings, words, caps["normalised"])
    listings = (normalised,) if normalised.rows else ()
    name, plan = county_of(library, report)
    heading = Heading(
        name=name, file=shown(checked.path.name), sha256=checked.sha256 or "", plots=progress_of(report, plan)
    )
    page = submission_page(report, heading, words, changes=None, most=caps["page"])
    marked = marked_workbook(checked.data, report.findings, words.under("marks"), listings=listings, caps=caps)
    for ending, data in (("问题标注.xlsx", marked), ("核对报告.html", submission_html(page))):
        path = out / f"{checked.path.stem}-{ending}"
        write_whole(path, data)
        complain(words("check.marked", path=str(path)))  # standard output belongs to the findings
