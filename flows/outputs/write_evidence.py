"""The evidence on the roll-ups: made when what is filed changes, kept with the record, shown as a page and a sheet."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from checks.model.report import Report
from checks.reporting.json_codec import report_from_json
from contracts.rollups import RollUpTable
from filing.context.accounts import read_accounts
from filing.context.filing_context import CountedCounty, FilingScene
from filing.context.rollup_evidence import Proof, evidence_from_json, evidence_page, evidence_to_json, proof_of
from filing.html_pages import evidence_html
from filing.sheets.rollup import rollup_of
from filing.sheets.rollup_checks import Line, rollup_tables
from filing.sheets.township_detail import detail_of
from flows.year.issued_outputs import is_current, output_event, write_output
from flows.year.jobs import Line as Told
from flows.year.jobs import Outcome
from flows.year.year_state import Scene
from ledger.object_store import Store
from review.county_state import Standing, as_filed
from review.reductions import reviewed
from review.roster import Due, Roster

KEPT = "evidence"


def evidence_path(roster: Roster) -> str:
    """Return where the page goes, relative to the year's outputs."""
    return f"evidence/{roster.province[0]}-{roster.year}-汇总核验.html"


def evidence_due(scene: Scene, roster: Roster) -> bool:
    """Tell whether the evidence is to be made: something is filed, and the page does not show what is."""
    return any(one.filed for one in scene.standings.values()) and not is_current(
        scene, evidence_path(roster), _basis(scene, roster)
    )


def write_evidence(scene: Scene, roster: Roster) -> Outcome:
    """Hold the roll-ups against their expectations and write the page; nothing where it is current."""
    tables = scene.library.rollups(scene.procedure.id)
    if not tables or not evidence_due(scene, roster):
        return Outcome()
    proofs = _proofs(scene, roster, tables)
    kept = scene.places.store().put(json.dumps(evidence_to_json(proofs), ensure_ascii=False).encode())
    path, title = evidence_path(roster), title_of(scene, roster)
    data = evidence_html(evidence_page(proofs, title, scene.words))
    event = output_event(scene.places, path, data, basis=_basis(scene, roster))
    failed = sum(not one.holds for one in proofs)
    event = replace(event, facts={**event.facts, KEPT: kept, "expectations": len(proofs), "failed": failed})
    key = f"issued:{path}:{event.facts['basis']}:after {len(scene.history)}"
    told = Told("evidence", {"path": path, "count": str(len(proofs)), "failed": str(failed)})
    return Outcome(((event, key),), (told,), (write_output(scene.places, path, data),))


def evidence_on_record(scene: Scene, roster: Roster) -> tuple[Proof, ...]:
    """Return the newest evidence on record, for the filing workbook; none before anything was filed."""
    issued = scene.issued.get(evidence_path(roster))
    if issued is None or KEPT not in issued.facts:
        return ()
    return evidence_from_json(json.loads(scene.places.store().read(str(issued.facts[KEPT]))))


def write_data_docs(scene: Scene, roster: Roster, folder: Path) -> bool:
    """Write the engine's own pages of the same expectations; return whether there was anything to hold."""
    tables = scene.library.rollups(scene.procedure.id)
    if not tables or not any(one.filed for one in scene.standings.values()):
        return False
    from flows.outputs.gx_validation import hold  # noqa: PLC0415 - as below

    folder.mkdir(parents=True, exist_ok=True)
    hold(_filled(scene, roster, tables), docs=folder)
    return True


def title_of(scene: Scene, roster: Roster) -> str:
    """Return the title of page and sheet."""
    return scene.words("evidence.title", province=roster.province[1], year=roster.year)


def _proofs(scene: Scene, roster: Roster, tables: tuple[RollUpTable, ...]) -> list[Proof]:
    # Imported here: the engine of expectations costs ten seconds, and only where something new is filed.
    from flows.outputs.gx_validation import hold  # noqa: PLC0415

    filled = _filled(scene, roster, tables)
    held = hold(filled)
    return [proof_of(table, one, held[one.id], scene.words) for table, _ in filled for one in table.expectations]


def _filled(scene: Scene, roster: Roster, tables: tuple[RollUpTable, ...]) -> list[tuple[RollUpTable, list[Line]]]:
    """Return the tables with their rows, each with the expectations in force in the province."""
    province = roster.province[0][:2]
    whole, reported = _filing_scene(scene, roster)
    accounts = read_accounts(whole, scene.words)
    printed = rollup_of(whole, accounts, detail_of(whole, accounts, scene.words), scene.words)
    rows = rollup_tables(whole, printed, reported, scene.words)
    return [(_in_force(one, province), rows[one.name]) for one in tables]


def _in_force(table: RollUpTable, province: str) -> RollUpTable:
    return replace(
        table, expectations=tuple(one for one in table.expectations if province in (one.provinces or (province,)))
    )


def _filing_scene(scene: Scene, roster: Roster) -> tuple[FilingScene, dict[str, Report]]:
    store = scene.places.store()
    everybody = [(due, scene.standings[due.code]) for due in roster.due]
    filed = [(due, found) for due, at in everybody if (found := as_filed(scene.procedure, at)) is not None]
    reported = {due.code: _reported(store, at) for due, at in filed}
    whole = FilingScene(
        roster=roster,
        procedure=scene.procedure,
        counted=tuple(_filed(scene, due, at, reported[due.code]) for due, at in filed),
        open=tuple(at for _, at in everybody if not at.filed),
        excused=frozenset(due.code for due, at in everybody if at.state in scene.procedure.excused),
        contracts=scene.contracts,
        head="",
        as_of=scene.history[-1].at,  # printed below the roll-up, held against nothing
    )
    return whole, reported


def _filed(scene: Scene, due: Due, standing: Standing, reported: Report) -> CountedCounty:
    package = scene.library.package(due.code, scene.places.year)
    plan = scene.library.plan(package.plan) if package and package.plan else None
    return CountedCounty(due=due, standing=standing, report=reviewed(reported, standing), plan=plan)


def _reported(store: Store, standing: Standing) -> Report:
    newest = standing.newest
    if newest is None:
        raise RuntimeError(f"{standing.county} is filed without a version")
    return report_from_json(json.loads(store.read(newest.report)))


def _basis(scene: Scene, roster: Roster) -> str:
    """What is filed, lowered and excused, and the contracts: anything else leaves the evidence as it is."""
    parts: list[object] = [scene.contracts, [one.code for one in roster.due]]
    for due in roster.due:
        found = as_filed(scene.procedure, scene.standings[due.code])
        newest = found.newest if found else None
        lowered = [[one.sheet, one.cell, one.after, one.reason] for one in found.reductions] if found else []
        excused = scene.standings[due.code].state in scene.procedure.excused
        parts.append([due.code, newest.report if newest else "", lowered, excused])
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
