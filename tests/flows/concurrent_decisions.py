"""Sixteen people decide at once on the same few counties, each in a process forked from one warm parent.

Run as a module with a folder to work in and the ledger's address. Each has a state folder, and so a year lock, of its
own, as on sixteen machines: that no two decisions rest on one reading is the ledger's doing alone.
"""

import hashlib
import json
import os
import random
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from checks.model.report import ValidationReport
from checks.model.submission_identity import SubmissionIdentity
from checks.reporting.json_codec import encode_report
from flows.decisions.record_decision import RecordedDecision, record_decision
from flows.year.locations import YearPaths
from review.events import Event, EventKind, JsonValue
from review.proposal import Proposal
from review.roster import encode_roster
from tests.property.chain import COUNTIES, PEOPLE, YEAR, procedure, roster

PROCESSES, TRIES = 16, 6


def main() -> None:
    """Create the ledger, let everybody decide, and print the answer that each person got."""
    base = Path(sys.argv[1])
    places = YearPaths(
        year=YEAR, input_folder=base, output_folder=base, state_folder=base / "state", ledger_url=sys.argv[2]
    )
    _begin(places)
    children = []
    for number in range(PROCESSES):
        child = os.fork()
        if child == 0:
            try:
                _decide(replace(places, state_folder=base / f"state-{number}"), number, base / f"told-{number}")
                os._exit(0)
            except BaseException:  # noqa: BLE001 - a child that fails says why, and ends here
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(1)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    told = [json.loads((base / f"told-{number}").read_text(encoding="utf-8")) for number in range(PROCESSES)]
    sys.stdout.write(json.dumps({"codes": codes, "told": told}))


def _begin(places: YearPaths) -> None:
    with places.open_ledger() as ledger:
        ledger.append(Event(kind=EventKind.ROSTER, year=YEAR, facts=encode_roster(roster())), key="roster")
        for county, sha256 in zip(COUNTIES, _store_submissions(places), strict=True):
            ledger.append(
                Event(kind=EventKind.RECEIVED, year=YEAR, county=county, version=1, sha256=sha256, facts={"name": "f"}),
                key=f"received{county}",
            )
            report = hashlib.sha256(_build_report(county)).hexdigest()
            checked: dict[str, JsonValue] = {"hard": 0, "soft": 0, "notes": 0, "report": report, "contracts": ""}
            ledger.append(
                Event(kind=EventKind.CHECKED, year=YEAR, county=county, version=1, sha256=sha256, facts=checked),
                key=f"checked{county}",
            )


def _store_submissions(places: YearPaths) -> list[str]:
    """Keep a file and a report of each county in the store, and return the sha256 of each file; decisions read both."""
    for county in COUNTIES:
        places.open_store().store_object(_build_report(county))
    return [places.open_store().store_object(county.encode()) for county in COUNTIES]


def _build_report(county: str) -> bytes:
    """Return the stored report of a check without findings."""
    identity = SubmissionIdentity(county, YEAR, 1)
    report = ValidationReport(identity=identity, contracts_version="", findings=())
    return json.dumps(encode_report(report)).encode()


def _decide(places: YearPaths, number: int, answer: Path) -> None:
    """Try some decisions, by whoever may at that level; say which were recorded."""
    chance = random.Random(number)  # noqa: S311 - which decision is tried is no secret
    _store_submissions(places)  # each state folder has a store of its own
    told = []
    for attempt in range(TRIES):
        county = chance.choice(COUNTIES)
        action = chance.choice(
            [action for action in procedure().actions if action.is_forward or action.verb in ("return", "reopen")]
        )
        by = {"county": f"县{county}", "city": f"市{county[:4]}00", "province": "省甲"}[action.level]
        proposal = Proposal(
            county=county,
            level=action.level,
            action=action.id,
            by=by if chance.random() > 0.1 else chance.choice(PEOPLE),
            on="2025-01-20",
            number=f"{number}-{attempt}",
            opinion="意见",
        )
        done = record_decision(places, proposal)
        recorded = isinstance(done, RecordedDecision) and done.event is not None
        told.append([proposal.number, recorded])
    answer.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
