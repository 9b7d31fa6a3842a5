"""``hesuan reconcile``: issued = accepted = filed, by township, over years, with the cell of every difference."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from desk.commands.analysis.reconcile_page import render_reconciliation
from desk.commands.analysis.reconcile_words import ReconciliationWords
from desk.console import print_error, print_json, print_line
from desk.exit_codes import ExitCode
from flows.analysis.reconciled_amounts import AmountPlace, StageAmount, StageDifference
from flows.analysis.reconciliation import CountyReconciliation, reconcile_year
from flows.analysis.reconciliation_totals import (
    MeasureTotal,
    has_unexplained_difference,
    list_township_results,
    sum_by_measure,
)
from flows.year.locations import YearPaths
from flows.year.year_state import load_year_state
from ledger.atomic_files import write_atomically
from ledger.ledger import Ledger
from review.county_state import find_recorded_roster


def show_reconciliation(
    paths_by_year: Sequence[YearPaths], *, county: str, page: Path | None, as_json: bool
) -> ExitCode:
    """Print what differs between plan, counties' files and filings; years without a record are left out.

    *county* restricts it to one county; *page* is the file of a page to write as well. Exits with 1 if two stages
    differ otherwise than by a reduction with a reason.
    """
    messages = paths_by_year[0].open_contracts().get_messages()
    with paths_by_year[0].open_ledger(must_exist=True) as ledger:
        loaded = [reconciled for paths in paths_by_year for reconciled in _load_year(paths, ledger)]
    reconciliations = [reconciled for reconciled in loaded if county in ("", reconciled.code)]
    if not reconciliations:
        print_error(messages("reconcile.none"))
        return ExitCode.USAGE if county else ExitCode.CLEAR
    words = ReconciliationWords(messages)
    if as_json:
        print_json(_encode_all(reconciliations))
    else:
        for line in words.list_lines(reconciliations):
            print_line(line)
    if page is not None:
        write_atomically(page, render_reconciliation(reconciliations, words))
        print_error(messages("reconcile.wrote", path=str(page)))
    return ExitCode.FINDINGS if has_unexplained_difference(reconciliations) else ExitCode.CLEAR


def _load_year(paths: YearPaths, ledger: Ledger) -> tuple[CountyReconciliation, ...]:
    roster = find_recorded_roster(ledger.list_entries(paths.year))
    if roster is None:
        return ()
    return reconcile_year(load_year_state(paths, ledger, roster))


def _encode_all(reconciliations: Sequence[CountyReconciliation]) -> dict[str, Any]:
    return {
        "counties": list(map(_encode_county, reconciliations)),
        "totals": list(map(_encode_total, sum_by_measure(reconciliations))),
    }


def _encode_county(reconciled: CountyReconciliation) -> dict[str, Any]:
    return {
        "year": reconciled.year,
        "code": reconciled.code,
        "name": reconciled.name,
        "state": reconciled.state,
        "filed": reconciled.is_filed,
        "version": reconciled.version or None,
        "register": reconciled.register or None,
        "outdated": list(reconciled.outdated_paths),
        "amounts": list(_encode_amounts(reconciled)),
        "surpluses": list(_encode_surpluses(reconciled)),
    }


def _encode_surpluses(reconciled: CountyReconciliation) -> Iterator[dict[str, Any]]:
    for result in list_township_results(reconciled):
        if result.surplus:
            yield {
                "township": result.township,
                "measure": result.measure,
                "amount": str(result.surplus),
                "places": list(map(_encode_place, result.surplus_places)),
            }


def _encode_amounts(reconciled: CountyReconciliation) -> Iterator[dict[str, Any]]:
    for amount in reconciled.amounts:
        yield {
            "township": amount.township,
            "measure": amount.measure,
            "name": reconciled.measures.get(amount.measure, amount.measure),
            "item": amount.item.value,
            "stages": list(map(_encode_stage, amount.stages)),
            "differences": list(map(_encode_difference, amount.list_differences())),
        }


def _encode_stage(stage: StageAmount) -> dict[str, Any]:
    cells = []
    for place, value in stage.values.items():
        cells.append({**_encode_place(place), "value": str(value)})
    return {"stage": stage.stage.value, "value": str(stage.value), "cells": cells}


def _encode_difference(difference: StageDifference) -> dict[str, Any]:
    return {
        "before": difference.before.value,
        "after": difference.after.value,
        "amount": str(difference.amount),
        "places": list(map(_encode_place, difference.places)),
        "reason": difference.reason or None,
    }


def _encode_place(place: AmountPlace) -> dict[str, str]:
    return {"document": place.document, "sheet": place.sheet, "cell": place.cell}


def _encode_total(total: MeasureTotal) -> dict[str, Any]:
    return {
        "measure": total.measure,
        "item": total.item.value,
        "stages": {stage: str(value) for stage, value in total.totals},
    }
