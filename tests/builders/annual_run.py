"""The sample's year as the tests of commands and runs see it: officers, outputs, decisions, the command line."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from flows.run.pending_work import has_pending_work
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import load_year_state
from review.events import EventKind
from review.proposal import Proposal
from tests.builders.dongchuan import COUNTY, YEAR
from tests.builders.examined import wording
from tests.builders.year import (
    ROOT,
    Ground,
)

COUNTY_OFFICER, CITY_OFFICER, PROVINCE_OFFICER = "530113-01", "530100-01", "530000-01"
RETURNED = f"{YEAR}/returned/{COUNTY}/{COUNTY}-{YEAR}-第1版-问题标注.xlsx"
PAGES = tuple(f"{YEAR}/returned/{COUNTY}/{COUNTY}-{YEAR}-第{version}版-核对报告.html" for version in (1, 2))
STATUS_PAGE = f"{YEAR}/status/{YEAR}-进度.html"
FILING = f"{YEAR}/filing/530000-{YEAR}-年度核算备案.xlsx"
Capture = pytest.CaptureFixture[str]


def report_of(ground: Ground, version: int) -> ValidationReport:
    """Return the report kept of a version."""
    checked = [event for event in ground.events() if event.kind is EventKind.CHECKED and event.version == version]
    return decode_report(json.loads(ground.places.open_store().load_object(str(checked[-1].facts["report"]))))


def hesuan(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "desk", *(str(argument) for argument in arguments)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        timeout=300,
    )


def folders(ground: Ground) -> list[object]:
    """Return the options that name the folders of a ground."""
    places = ground.places
    return ["--inputs", places.input_folder, "--outputs", places.output_folder, "--state", places.state_folder]


def workless(ground: Ground) -> bool:
    """Tell whether nothing can advance."""
    desk = read_year_inputs(ground.places, wording())
    with ground.ledger() as ledger:
        return not has_pending_work(load_year_state(ground.places, ledger, desk.roster), desk)


def proposal(**changed: Any) -> Proposal:
    """Return the county's sound report of version 2, with something changed."""
    sound: dict[str, Any] = {
        "county": COUNTY,
        "level": "county",
        "action": "approve",
        "by": COUNTY_OFFICER,
        "on": "2025-01-17",
        "number": "东自然资报〔2025〕3号",
        "opinion": "数据属实，同意报送。",
    }
    return Proposal(**{**sound, **changed})


CITY = {"level": "city", "by": CITY_OFFICER, "on": "2025-02-14"}
PROVINCE = {"level": "province", "by": PROVINCE_OFFICER, "on": "2025-03-12"}
