"""``hesuan check``: check workbooks here and now; no ledger, nothing written but what --out asks for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.model.finding import Refusal, Severity
from checks.model.report import REFUSED, Report
from checks.reporting.json_codec import finding_to_json, refusal_to_json
from contracts.contract_library import Library
from contracts.messages import Wording
from desk.console import complain, say, say_json
from desk.exit_codes import Exit
from flows.year.inbox import shown
from workbooks.examine import examine
from workbooks.gate.file_access import take_bytes


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
    written: set[Path] = set()
    for path in paths:
        checked = read_and_check(path, library, words, alone=len(paths) == 1)
        if as_json:
            say_json(as_promised(checked))
        else:
            _print(checked, words)
        if out is not None:
            _mark(checked, out, library, written)
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


def read_and_check(path: Path, library: Library, words: Wording, *, alone: bool = False) -> Checked:
    """Read one file and check it; *alone* says that no other follows."""
    data = take_bytes(path, words)
    if isinstance(data, Refusal):
        return Checked(path, None, b"", data)
    return Checked(path, hashlib.sha256(data).hexdigest(), data, examine(data, library, words, alone=alone))


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
        weight = words("severity.trial") if one.trial else words(f"severity.{one.severity}")
        say(f"  [{weight}] {place}  {shown(one.message)}{shown(one.advice)}（{rules}）")
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


def _mark(checked: Checked, out: Path, library: Library, written: set[Path]) -> None:
    """Write what the county would get back: its workbook marked, and the page."""
    if isinstance(checked.result, Refusal):
        return
    from flows.intake.returned_files import Sent, Shelf, what_goes_back  # noqa: PLC0415 - only where something is written
    from ledger.atomic_files import write_whole  # noqa: PLC0415 - as above

    words, sha256 = library.wording(), checked.sha256 or ""
    sent = Sent(shown(checked.path.name), sha256, checked.data)
    marked, page = what_goes_back(Shelf(library, words), sent, checked.result)
    for name, data in (("check.marked_name", marked), ("check.page_name", page)):
        path = out / words(name, stem=checked.path.stem)
        if path in written:
            path = out / words(name, stem=f"{checked.path.stem}-{sha256[:8]}")
        written.add(path)
        write_whole(path, data)
        complain(words("check.marked", path=str(path)))  # standard output belongs to the findings
