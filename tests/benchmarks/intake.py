"""What taking in a long table costs beside the library's bare read: ``python -m tests.benchmarks.intake [ROWS]``.

CPU time, not the clock: that of this process and of the child that reads. Imports are left out on both sides, by a
small file that goes before. The three layouts differ in where a writer keeps the texts of a sheet.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from unittest.mock import patch

import fastexcel
import psutil
import xlsxwriter

from checks.model.finding import Refusal
from contracts.contract_library import open_library
from tests.builders.dongchuan import submission
from workbooks.gate.file_access import read_submission_bytes
from workbooks.reader.read_workbook import read_workbook
from workbooks.reader.worker_pool import ReaderProcess, get_shared_pool
from workbooks.writer.bulk_writer import write_rows

ROWS = 100_000
COLUMNS = 14


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of both readings of one file, the child's part of it, and its memory at its highest in megabytes."""

    layout: str
    bare: float
    intake: float
    child: float
    child_peak: int

    @property
    def ratio(self) -> float:
        """How many times the bare read the intake costs."""
        return self.intake / self.bare


def plots(rows: int, seed: int) -> Iterator[list[str | int | Decimal | None]]:
    """Yield a heading and plots of fourteen columns: numbers, codes, names, areas and blanks."""
    random = Random(seed)  # noqa: S311 - a benchmark's filling
    yield [f"栏目{number}" for number in range(1, COLUMNS + 1)]
    for number in range(1, rows + 1):
        area = Decimal(random.randrange(10_000, 9_999_999)) / 100
        yield [
            number,
            f"530113-{number:08d}",
            f"5301130010{random.randrange(1, 99):02d}",
            random.choice(("铜都街道", "碧谷街道", "阿旺镇", "汤丹镇")),
            f"村民委员会{random.randrange(1, 170)}",
            random.choice(("0101", "0102", "0103")),
            area,
            Decimal("0.0432"),
            random.randrange(1, 6),
            random.randrange(1, 16),
            (area * 15 / 10_000).quantize(Decimal("0.0001")),
            "土地整理",
            f"2024-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}",
            None if random.random() < 0.9 else "示例",
        ]


def inline(rows: int, seed: int) -> bytes:
    """Return a workbook whose cells hold their texts themselves."""
    buffer = BytesIO()
    write_rows(buffer, [("明细", plots(rows, seed))])
    return buffer.getvalue()


def shared(rows: int, seed: int) -> bytes:
    """Return a workbook whose texts stand in a part of their own, as spreadsheet programs write them."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("明细")
        for at, row in enumerate(plots(rows, seed)):
            sheet.write_row(at, 0, [float(value) if isinstance(value, Decimal) else value for value in row])
    return buffer.getvalue()


def styled(rows: int, seed: int) -> bytes:
    """Return the same with a format on every cell, blank ones too."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, look = book.add_worksheet("明细"), book.add_format({"border": 1, "num_format": "0.00"})
        for at, row in enumerate(plots(rows, seed)):
            sheet.write_row(at, 0, [float(value) if isinstance(value, Decimal) else value for value in row], look)
    return buffer.getvalue()


LAYOUTS: tuple[Callable[[int, int], bytes], ...] = (inline, shared, styled)


def bare_read(data: bytes) -> int:
    """Read every sheet with the library alone and return how many rows there are."""
    reader = fastexcel.read_excel(data)
    sheets = [reader.load_sheet(name, header_row=None, dtypes="string").to_polars() for name in reader.sheet_names]
    return sum(sheet.height for sheet in sheets)


def cost(layout: str, path: Path, repeats: int = 3) -> Cost:
    """Return the least CPU time of several tries of both, taken in turns."""
    data = path.read_bytes()
    bare, intake, peak = [], [], 0
    for _ in range(repeats):
        bare.append(_cpu(lambda: bare_read(data)))
        child = _warm_child()
        before = _used(child)
        with patch.object(ReaderProcess, "is_oversized", new=False):  # kept for once: its end is none of the intake
            own = _cpu(lambda: _taken(path))
        childs = _used(child) - before
        intake.append((own + childs, childs))
        peak = max(peak, _peak(child))
        get_shared_pool().close()
    return Cost(layout, min(bare), *min(intake), peak)


def _warm_child() -> psutil.Process:
    """Return the child that the next file will have, warmed by a small one."""
    pool = get_shared_pool()
    if not pool.idle_processes:
        read_workbook(submission(2).bytes(), open_library().get_messages())
    return psutil.Process(pool.idle_processes[0].process.pid)


def _taken(path: Path) -> None:
    words = open_library().get_messages()
    data = read_submission_bytes(path, words)
    book = data if isinstance(data, Refusal) else read_workbook(data, words)
    if isinstance(book, Refusal):
        raise TypeError(book.message)


def _cpu(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def _used(child: psutil.Process) -> float:
    times = child.cpu_times()
    return float(times.user + times.system)


def _peak(child: psutil.Process) -> int:
    status = Path(f"/proc/{child.pid}/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def main() -> None:
    """Print one line for each layout, or for each workbook named on the command line."""
    named = [Path(argument) for argument in sys.argv[1:] if not argument.isdecimal()]
    rows = next((int(argument) for argument in sys.argv[1:] if argument.isdecimal()), ROWS)
    with tempfile.TemporaryDirectory() as folder:
        for made in () if named else LAYOUTS:
            path = Path(folder, f"{made.__name__}.xlsx")
            path.write_bytes(made(rows, 1))
            named.append(path)
        for path in named:
            item = cost(path.stem, path)
            sys.stdout.write(
                f"{item.layout}: bare {item.bare:.2f} s, intake {item.intake:.2f} s (child {item.child:.2f}), "
                f"ratio {item.ratio:.2f}, child's peak {item.child_peak} MB\n"
            )


if __name__ == "__main__":
    main()
