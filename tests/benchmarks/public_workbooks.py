"""Mark public workbooks that hold the sample sheets, and validate: ``python -m tests.benchmarks.public_workbooks DIR``.

The folder holds .xlsx and .xlsm files from anywhere, such as the test data of Apache POI (source package
libapache-poi-java of Debian). Each gets the sample submission with one error as further sheets, is checked and marked.
A marked copy is invalid if the validator has more against it than against the file that was marked. Encrypted files
and those that are no sound zip cannot be injected and are left out. What is refused is counted by its code.
"""

import sys
import traceback
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile, is_zipfile

from checks.model.finding import Refusal
from flows.intake.returned_files import MarkingContext, SubmittedFile, build_returned_files
from tests.builders.dongchuan import SHEET_2, submission
from tests.builders.examined import warm_library, wording
from tests.builders.injected import inject_sheets
from tests.builders.schema_faults import faults_of
from workbooks.examine import validate_file
from workbooks.reader.worker_pool import get_shared_pool

MAX_FAULTS_SHOWN = 3
# Of all parts, unpacked: the validator needs minutes for a longer file.
MAX_UNPACKED_BYTES = 400_000
# The validator advises against texts in cells, which the format allows.
ADVICE = "inline-string cell"
VALID, INVALID, LEFT_OUT, CRASHED = "valid", "invalid", "left out", "crashed"


def try_workbook(path: Path, folder: Path) -> tuple[str, list[str]]:
    """Return the outcome for one file (or the code of its refusal), and what is against it."""
    try:
        injected = inject_sheets(path.read_bytes(), submission(2).put(SHEET_2, "C6", 250).sheets)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a public file, nothing can be put into it
        return LEFT_OUT, [f"{type(error).__name__}: {error}"]
    try:
        report = validate_file(injected, warm_library(), wording())
        if isinstance(report, Refusal):
            return report.code, [f"{report.sheet}!{report.cell} {report.part} {report.message}"]
        context = MarkingContext(warm_library(), wording())
        marked, _ = build_returned_files(context, SubmittedFile(path.name, "", injected), report)
    except Exception:  # noqa: BLE001 - a crash is a result
        return CRASHED, traceback.format_exc().splitlines()[-4:]
    source_path, marked_path = folder / "source.xlsx", folder / "marked.xlsx"
    source_path.write_bytes(injected)
    marked_path.write_bytes(marked)
    new_faults = sorted(set(faults_of(marked_path)) - set(faults_of(source_path)))
    new_faults = [fault for fault in new_faults if ADVICE not in fault]
    return (INVALID if new_faults else VALID), new_faults


def _is_long(path: Path) -> bool:
    """Return whether the validator would take too long; what is no archive is left out later, with the reason."""
    if not is_zipfile(path):
        return False
    with ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES


def main() -> int:
    """Try every file of the folder and print each that is not valid, then the counts; exit 1 for an invalid one."""
    folder = Path(sys.argv[1])
    outcomes: Counter[str] = Counter()
    with TemporaryDirectory() as scratch:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() not in (".xlsx", ".xlsm") or _is_long(path):
                continue
            outcome, faults = try_workbook(path, Path(scratch))
            outcomes[outcome] += 1
            if outcome != VALID:
                sys.stdout.write(f"{outcome}: {path.name}: {'; '.join(faults[:MAX_FAULTS_SHOWN])}\n")
                sys.stdout.flush()
    get_shared_pool().close()
    sys.stdout.write("".join(f"{count:5} {outcome}\n" for outcome, count in outcomes.most_common()))
    return 1 if outcomes[INVALID] + outcomes[CRASHED] else 0


if __name__ == "__main__":
    sys.exit(main())
