"""Every word that an officer writes in a decision is found in what the next person gets: every action of the chain."""

from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from contracts.contract_library import open_library
from contracts.procedures import Action, Effect, Precondition
from flows.decisions.record_decision import RecordedDecision, record_decision
from flows.run.run_stages import run_stages
from flows.run.stage_loop import run_jobs_inline
from review.proposal import Proposal
from tests.builders import expectations
from tests.builders.dongchuan import COUNTY, SHEET_DONE
from tests.builders.year_folders import YearFolders, proposal

CITY_BOOK, PROVINCE_BOOK = "review/city-530100-2024-复核表.xlsx", "review/province-530000-2024-复核表.xlsx"
PAGE, NOTICE = "returned/{county}/{county}-2024-第{version}版-核对报告.html", "退回通知单"
WRITTEN_FIELDS = {"county", "level", "action", "by", "on", "number", "opinion", "points"}
# The action, who decides, its points, and where the next person must find every word of it.
STEPS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("excuse", "530113", "", (CITY_BOOK, "status/2024-进度.html")),
    ("recall", "530113", "", (CITY_BOOK,)),
    ("send 2", "", "", ()),
    ("explain", "530113", "F11：{word}，缺号一行为旧表遗留已经核实", (CITY_BOOK, PAGE)),
    ("waive", "530113", "T01：2099-12-31，{word}", (CITY_BOOK, PROVINCE_BOOK, PAGE)),
    ("submit", "530113", "", (CITY_BOOK,)),
    ("withdraw", "530113", "", (CITY_BOOK,)),
    ("submit", "530113", "", (CITY_BOOK,)),
    ("take_up", "530113", "", (CITY_BOOK, PAGE)),
    ("return_by_city", "530113", "附件3!A8：{word}甲\n{word}乙", (NOTICE, PAGE, PROVINCE_BOOK)),
    ("send 3", "", "", ()),
    ("submit", "530113", "1：{word}甲\n2：{word}乙", (CITY_BOOK, PAGE)),
    ("reduce", "530113", SHEET_DONE + "!C4：180，{word}", (PROVINCE_BOOK, PAGE)),
    ("approve", "530113", "", (PROVINCE_BOOK, PAGE)),
    ("reopen_review", "530113", "", (PROVINCE_BOOK, PAGE)),
    ("approve", "530113", "", (PROVINCE_BOOK,)),
    ("return_to_city", "530113", "", (CITY_BOOK,)),
    ("approve", "530113", "", (PROVINCE_BOOK,)),
    ("return_by_province", "530113", "{word}", (NOTICE, PAGE, CITY_BOOK)),
    ("send 4", "", "", ()),
    ("submit", "530113", "1：{word}", (CITY_BOOK, PAGE)),
    ("approve", "530113", "", (PROVINCE_BOOK,)),
    ("file", "530113", "", (PAGE, CITY_BOOK)),
    ("seal_city", "530100", "", (PROVINCE_BOOK, "filing/530100/530100-2024-年度复核汇总.xlsx")),
    ("seal_province", "530000", "", (CITY_BOOK, PROVINCE_BOOK)),
    ("unseal_province", "530000", "", (CITY_BOOK,)),
    ("unseal_city", "530100", "", (PROVINCE_BOOK,)),
    ("reopen_filing", "530113", "", (PAGE, CITY_BOOK)),
    ("file", "530113", "", (PAGE,)),
    ("correct", "530113", "", (PAGE, CITY_BOOK)),
)


def list_actions() -> tuple[Action, ...]:
    """Return the actions of the chain."""
    return open_library().get_procedure("annual-accounting").actions


@dataclass
class Teller:
    """Decides step by step with words of its own, and remembers which must arrive where."""

    year: YearFolders
    version: int = 0
    day: date = date(2025, 2, 1)
    missing: dict[str, list[str]] = field(default_factory=dict)

    def take_step(self, number: int, action: str, county: str, points: str, readers: tuple[str, ...]) -> None:
        """Send a version, or decide, run, and note the words that a reader does not get."""
        if action.startswith("send "):
            self.version = int(action.split()[1])
            self.year.send(self.version, {("附件3", "A13"): 10} if self.version == 2 else None)
            self.year.run()
            return
        self.day += timedelta(days=1)
        words = {name: f"{name}{number:02d}" for name in ("文号", "意见", "事项")}
        level = next(
            step.level for step in open_library().get_procedure("annual-accounting").actions if step.id == action
        )
        given = {"number": words["文号"], "opinion": words["意见"], "on": self.day.isoformat()}
        given["points"] = points.format(word=words["事项"])
        done = record_decision(self.year.places, proposal(level, action, county=county, **given))
        assert isinstance(done, RecordedDecision), (number, action, done)
        assert run_stages(self.year.places, run_jobs_inline) == 0
        if not points:
            words.pop("事项")
        for reader in readers:
            text = self.read(reader)
            lost = [word for word in words.values() if word not in text]
            if lost:
                self.missing[f"{number} {action} {reader}"] = lost

    def read(self, reader: str) -> str:
        """Return the text of a page or workbook, or of every notice of a return."""
        outputs = self.year.places.output_path("")
        if reader == NOTICE:
            return "\n".join(map(read_workbook_texts, outputs.rglob(f"*{NOTICE}*.xlsx")))
        path = outputs / reader.format(county=COUNTY, version=self.version)
        if path.suffix == ".html":
            return path.read_text("utf-8")
        return read_workbook_texts(path)


def read_workbook_texts(path: Path) -> str:
    """Return every text of a workbook."""
    book = openpyxl.load_workbook(path, read_only=True)
    return "\n".join(str(text) for sheet in book for row in sheet.iter_rows(values_only=True) for text in row if text)


def test_every_action_is_tried() -> None:
    """An action that is added to the chain must be added here."""
    tried = {step[0] for step in STEPS if not step[0].startswith("send ")}
    assert tried == {action.id for action in list_actions()}


def test_every_text_of_an_action_is_tried() -> None:
    """Points, answers and return points are written in a step of each action that has them, and somebody reads each."""
    points_by_action: dict[str, str] = {}
    for action_id, _, points, readers in STEPS:
        points_by_action[action_id] = points_by_action.get(action_id, "") + points
        assert readers or action_id.startswith("send "), action_id
    for action in list_actions():
        has_points = not {Precondition.POINTS, Precondition.ANSWERS}.isdisjoint(action.preconditions)
        if has_points or action.effect is Effect.RETURN:
            assert "{word}" in points_by_action[action.id], action.id
        # A new field needs a word of its own in `Teller.take_step`.
        assert set(action.required_fields) <= {"number", "opinion", "by", "date"}, action.id
    assert {item.name for item in fields(Proposal)} == WRITTEN_FIELDS | {"version", "sha256"}


def test_every_word_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One county goes up and down the whole chain; no number, opinion, point, reason or answer is lost on the way."""
    expectations.stand_in(monkeypatch)
    teller = Teller(YearFolders(tmp_path))
    teller.year.run()
    for number, step in enumerate(STEPS):
        teller.take_step(number, *step)
    assert teller.missing == {}
