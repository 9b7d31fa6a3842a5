"""A re-run costs what changed; changed contracts touch whom they concern, and nothing that is filed."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from desk.commands.recheck import show_recheck
from desk.exit_codes import ExitCode
from flows.run.run_context import JobResult
from flows.run.run_stages import run_stages
from flows.run.stage_loop import run_jobs_inline
from flows.year.jobs import AnyJob
from review.events import EventKind
from tests.builders import expectations
from tests.builders.identical import keep_only, sampled
from tests.builders.year import Ground, copied_contracts
from workbooks.reader.read_workbook import read_workbook

FILED, LATE, AFAR = "620102", "620103", "620200"  # two of one city, and one of another
PLOT_FORMS, OTHER_FORMS = "forms/gansu-plots.odcs.yaml", "forms/township-tasks.odcs.yaml"
LIMIT = "limits: {国家利用等: 15, GB/T 33469: 10}"
Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("light_expectations")


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Carry three counties through: one filed, one with its first version undecided, one of another city filed."""
    ground = sampled(tmp_path_factory.mktemp("year") / "年度", counties=9, plots=4)
    keep_only(ground, (FILED, LATE, AFAR))
    late = ground.places.inbox / LATE
    away = shutil.move(late, ground.places.inbox.parent / "late")
    with pytest.MonkeyPatch.context() as patch:
        expectations.stand_in(patch)
        assert run_stages(ground.places, run_jobs_inline) == 0
        shutil.rmtree(ground.places.inbox / "decisions")
        shutil.move(away, late)
        assert run_stages(ground.places, run_jobs_inline) == 0
    assert {code: item.state for code, item in ground.rows().items()} == {
        FILED: "filed",
        LATE: "received",
        AFAR: "filed",
    }
    return ground


@pytest.fixture
def ground(first_run: Ground, tmp_path: Path) -> Ground:
    """Return a copy of that year, to go on with."""
    return first_run.copy_to(tmp_path / "年度")


class Counted:
    """Whoever carries jobs out while it is counted who has any, and how many workbooks are read."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.jobs: list[tuple[str, str]] = []
        self.reads = 0
        patch.setattr("workbooks.examine.read_workbook", self.read)

    def read(self, *given: object, **named: object) -> object:
        """Read a workbook."""
        self.reads += 1
        return read_workbook(*given, **named)  # type: ignore[arg-type]

    def each(self, stage: str, jobs: Sequence[AnyJob]) -> Iterator[JobResult]:
        """Carry jobs out in line."""
        self.jobs += [(stage, job.county) for job in jobs]
        return run_jobs_inline(stage, jobs)


def second_version(ground: Ground, county: str) -> None:
    """Hand in the same figures again as the second version."""
    (path,) = (ground.places.inbox / county).glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    cells = [item for row in book.worksheets[0].iter_rows() for item in row]
    label = next(cell for cell in cells if cell.value == "版次")
    book.worksheets[0].cell(label.row, label.column + 1).value = 2
    book.save(path.with_name(path.name.replace("第1版", "第2版")))


def written(ground: Ground, before: dict[str, bytes]) -> set[str]:
    """Return the outputs that are new or otherwise since."""
    return {path for path, data in ground.outputs().items() if before.get(path) != data}


def test_a_new_version_costs_its_county_and_the_roll_ups(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """One workbook is read and checked; what is written is the county's, its city's and the province's."""
    before, counted = ground.outputs(), Counted(monkeypatch)
    second_version(ground, LATE)
    assert run_stages(ground.places, counted.each) == 0
    assert ground.rows()[LATE].version == 2
    assert counted.jobs == [("receive", LATE), ("report", LATE)]
    assert counted.reads == 1
    found = written(ground, before)
    assert {item.split("/")[1] for item in found if LATE not in item} >= {"review", "status", "filing"}
    assert [item for item in found if FILED in item or AFAR in item or "620200" in item] == []
    again = Counted(monkeypatch)
    assert run_stages(ground.places, again.each) == 0
    assert (again.jobs, again.reads) == ([], 0)


def edited(folder: Path, file: str, old: str, new: str) -> Path:
    """Return a copy of the contracts with one edit."""
    path = copied_contracts(folder) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def record(ground: Ground) -> tuple[str, dict[str, bytes]]:
    """Return the head of the record and every output."""
    return ground.head(), ground.outputs()


def test_a_changed_threshold_is_told_and_alters_nothing(ground: Ground, tmp_path: Path, capsys: Capture) -> None:
    """Who would stand otherwise is named, filed or not; record and outputs stay."""
    before = record(ground)
    stricter = edited(tmp_path / "合同 二", PLOT_FORMS, LIMIT, "limits: {国家利用等: 6, GB/T 33469: 6}")
    assert show_recheck(ground.under(stricter).places) is ExitCode.FINDINGS
    *changed, last, summed = capsys.readouterr().out.splitlines()
    assert summed == "C13：新增不通过 3 个县（其中已备案 2 个），不再报错 0 个县（其中已备案 0 个）。"
    assert [line.split()[0] for line in changed] == [FILED, LATE, AFAR]
    assert all("C13 0→" in line and "原为通过，按现行规则为有问题" in line for line in changed)
    assert ["已备案" in line for line in changed] == [True, False, True]
    assert "重核 3 个县" in last
    assert record(ground) == before
    assert show_recheck(ground.places) is ExitCode.CLEAR
    assert "重核 0 个县" in capsys.readouterr().out


def test_a_run_under_changed_contracts_leaves_what_is_filed(ground: Ground, tmp_path: Path) -> None:
    """Only who is undecided is checked again; filings stay to the byte, and name the rules that they rest on."""
    first = ground.places.open_contracts().compute_version()
    stricter = edited(tmp_path / "合同 二", PLOT_FORMS, LIMIT, "limits: {国家利用等: 6, GB/T 33469: 6}")
    before, events = ground.outputs(), len(ground.events())
    assert run_stages(ground.under(stricter).places, run_jobs_inline) == 0
    rows = ground.rows()
    assert (rows[FILED].state, rows[LATE].state, rows[AFAR].state) == ("filed", "returned", "filed")
    checked = [event.county for event in ground.events()[events:] if event.kind is EventKind.CHECKED]
    assert checked == [LATE]
    kept = [
        item
        for item in before
        if ("filing/" in item or "备案" in item) and "620000" not in item and "/620100-" not in item
    ]
    assert len(kept) == 7  # of two counties the filing, the receipt, the copy of its own file; the other city's roll-up
    assert [item for item in kept if ground.outputs()[item] != before[item]] == []
    assert _names(ground, first)
    shutil.rmtree(ground.places.output_folder / "2024" / "filing" / FILED)
    assert run_stages(ground.under(stricter).places, run_jobs_inline) == 0
    assert [item for item in kept if ground.outputs()[item] != before[item]] == []


def _names(ground: Ground, contracts: str) -> bool:
    """Tell whether the province's filing, written anew for who stands otherwise, names these contracts."""
    (path,) = (ground.places.output_folder / "2024" / "filing").glob("620000-*.xlsx")
    cells = (item for row in openpyxl.load_workbook(path)["封面"].iter_rows() for item in row)
    return any(cell.value == contracts for cell in cells)


def test_contracts_of_others_touch_nobody_here(ground: Ground, tmp_path: Path, capsys: Capture) -> None:
    """A form that no county here sends may change: nothing is checked again, by the command or by a run."""
    other = edited(tmp_path / "合同 二", OTHER_FORMS, "severities: {gap: soft, start: soft}", "severities: {gap: hard}")
    events = len(ground.events())
    assert show_recheck(ground.under(other).places) is ExitCode.CLEAR
    assert "不涉及的 3 个" in capsys.readouterr().out
    assert run_stages(ground.under(other).places, run_jobs_inline) == 0
    assert [event for event in ground.events()[events:] if event.kind is EventKind.CHECKED] == []
