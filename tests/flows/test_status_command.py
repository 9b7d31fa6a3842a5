"""``hesuan status``: the promised shape, before and after files arrive."""

import json
from datetime import date
from pathlib import Path

from desk.commands.status import show_status
from desk.exit_codes import ExitCode
from tests.builders.annual_run import Capture
from tests.builders.dongchuan import COUNTY, YEAR
from tests.builders.year import (
    Ground,
    prepared,
)


def test_status_has_the_promised_shape(filed_year: Ground, capsys: Capture) -> None:
    """One JSON object: the year, and for each county code, name, state in Chinese, version, hash and counts."""
    assert show_status(filed_year.places, as_json=True, today=date(2025, 4, 1)) is ExitCode.CLEAR

    assert json.loads(capsys.readouterr().out) == {
        "year": YEAR,
        "counties": [
            {
                "code": COUNTY,
                "name": "东川区",
                "state": "已备案",
                "version": 2,
                "sha256": filed_year.sha256(2),
                "hard": 0,
                "soft": 0,
            }
        ],
    }


def test_status_before_anything_came_and_who_is_late(root: Path, capsys: Capture) -> None:
    """A due county without a file stands as 应报, with nulls in JSON; past its level's deadline it is late."""
    ground = prepared(root, versions=(), decided=False)
    ground.run()
    capsys.readouterr()

    show_status(ground.places, as_json=True, today=date(2025, 4, 1))
    county = json.loads(capsys.readouterr().out)["counties"][0]
    assert county == {
        "code": COUNTY,
        "name": "东川区",
        "state": "应报",
        "version": None,
        "sha256": None,
        "hard": 0,
        "soft": 0,
    }
    show_status(ground.places, as_json=False, today=date(2025, 1, 31))
    assert "已过" not in capsys.readouterr().out
    show_status(ground.places, as_json=False, today=date(2025, 2, 1))
    assert "已过县级时限 2025-01-31" in capsys.readouterr().out


def test_status_without_a_record_says_so(root: Path, capsys: Capture) -> None:
    """Before the first run there is no status, and asking for it creates nothing."""
    ground = prepared(root)

    show_status(ground.places, as_json=True, today=date(2025, 1, 1))

    assert json.loads(capsys.readouterr().out) == {"year": YEAR, "counties": []}
    assert not ground.places.state_folder.exists()
