"""An imported plan is reviewed on a page, accepted as a recorded decision, and compared with what is on file."""

from pathlib import Path

import pytest

from desk.commands.plan import import_plan_file
from desk.commands.plan_accept import accept_plan_file
from desk.commands.plan_request import ImportRequest
from desk.commands.plan_show import show_plan_file
from desk.exit_codes import ExitCode
from flows.decisions.accept_plan import PlanAcceptance
from review.events import EventKind
from tests.builders.dongchuan import COUNTY
from tests.builders.notices import Notice, Task, write_text
from tests.builders.year import Ground, prepared
from tests.unit.notices.test_import_plan import ISSUED_SERIALS, PLAN, build_dongchuan_notice

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def filed_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once; 2024 is filed."""
    ground = prepared(tmp_path_factory.mktemp("计划") / "年度")
    assert ground.run() is ExitCode.CLEAR
    return ground


def import_notice(ground: Ground, notice: Notice, folder: Path) -> ExitCode:
    """Write a notice as a file and import it beside the record."""
    folder.mkdir(exist_ok=True)
    path = folder / "通知.txt"
    path.write_bytes(write_text(notice.build_blocks()))
    request = ImportRequest(COUNTY, folder / "计划", ground.places)
    return import_plan_file(path, ground.places.open_contracts(), request, as_json=False)


def test_changed_edition_names_the_filed_years_that_it_touches(
    filed_year: Ground, tmp_path: Path, capsys: Capture
) -> None:
    """A target of the filed year touches it; one of a later year touches nothing that is on file."""
    notice = build_dongchuan_notice()
    told = {}
    for year in (2024, 2026):
        task = notice.tasks[0]
        figures = {town: dict(row) for town, row in task.figures.items()}
        figures["铜都街道"][year] += 10
        tasks = [Task(task.title, task.called, figures, task.assigned), *notice.tasks[1:]]
        changed = Notice(notice.number, notice.title, notice.day, tasks, ISSUED_SERIALS)
        import_notice(filed_year, changed, tmp_path / str(year))
        told[year] = "涉及已备案的年度：2024" in capsys.readouterr().err
    assert told == {2024: True, 2026: False}


def test_page_for_review_has_each_figure_beside_its_place(filed_year: Ground, tmp_path: Path) -> None:
    """The page shows figures, places and findings, and who answers for what is a file of its own."""
    notice = build_dongchuan_notice()
    duties = [["序号", "内容", "牵头领导", "责任部门"], ["1", "负责实施。", "分管负责人", "区自然资源局"]]
    duties.append(["2", "负责水利。", "", "区水务局"])
    with_duties = Notice(
        notice.number, notice.title, notice.day, notice.tasks, ISSUED_SERIALS, ["附件9", "责任表", duties]
    )
    assert import_notice(filed_year, with_duties, tmp_path) is ExitCode.CLEAR
    page = next((tmp_path / "计划").glob("*核对页.html")).read_text(encoding="utf-8")
    assert "第3张表第2行第6列" in page
    assert "序号重复：8；缺少：5" in page
    assert "区水务局”，名单（roster.yaml）中没有对应的单位" in page
    assert "区自然资源局”，名单" not in page
    duties_file = next((tmp_path / "计划").glob("*责任表.yaml")).read_text(encoding="utf-8")
    assert duties_file.count("分管负责人") == 2


@pytest.mark.parametrize(
    ("officer", "day", "code", "text"),
    [
        ("530000-01", "2025-03-12", ExitCode.CLEAR, "审核采用"),
        ("530100-01", "2025-03-12", ExitCode.CLEAR, "审核采用"),
        ("530113-01", "2025-03-12", ExitCode.REFUSED_ACTION, "不是管辖"),
        ("530000-99", "2025-03-12", ExitCode.REFUSED_ACTION, "不在经办人员名单中"),
        ("530000-01", "1990-01-01", ExitCode.REFUSED_ACTION, "不在任期内"),
        ("530000-01", "三月", ExitCode.REFUSED_ACTION, "不是日期"),
    ],
)
def test_acceptance_is_a_recorded_decision_of_an_officer_above(  # noqa: PLR0917 - pytest passes them by name
    filed_year: Ground, capsys: Capture, officer: str, day: str, code: ExitCode, text: str
) -> None:
    """It is recorded once and shown with the plan; anybody else, or out of office, is refused."""
    library = filed_year.places.open_contracts()
    path = library.root / "plans" / f"{PLAN}.yaml"
    acceptance = PlanAcceptance(by=officer, day=day, number="云自然资计〔2025〕1号")
    before = sum(event.kind is EventKind.PLAN for event in filed_year.events())
    assert accept_plan_file(filed_year.places, path, library, acceptance) is code
    captured = capsys.readouterr()
    assert text in captured.out + captured.err
    accept_plan_file(filed_year.places, path, library, acceptance)
    after = sum(event.kind is EventKind.PLAN for event in filed_year.events())
    assert after - before == (code is ExitCode.CLEAR)
    capsys.readouterr()
    show_plan_file(path, library.get_messages(), filed_year.places)
    assert ("审核采用（云自然资计〔2025〕1号）" in capsys.readouterr().out) or code is not ExitCode.CLEAR


def test_year_goes_on_after_a_plan_was_accepted(filed_year: Ground, tmp_path: Path) -> None:
    """The event changes neither the state of a county nor what a run has to do."""
    ground = filed_year.copy_to(tmp_path / "年度")
    library = ground.places.open_contracts()
    path = library.root / "plans" / f"{PLAN}.yaml"
    acceptance = PlanAcceptance(by="530000-01", day="2025-03-12", number="1号")
    rows = ground.rows()
    assert accept_plan_file(ground.places, path, library, acceptance) is ExitCode.CLEAR
    assert ground.run() is ExitCode.CLEAR
    assert ground.rows() == rows
