"""What the filings of a year state by township: the values that were recorded as the workbooks were written."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from filing.context.accounts import AmountKind, FilingFigures, collect_filing_figures
from filing.context.filing_context import CITY, COUNTY, PROVINCE
from filing.sheets.measure_columns import list_amount_keys, list_measure_letters
from filing.sheets.township_detail import build_township_detail
from flows.analysis.reconciled_amounts import AmountItem, AmountPlace, Stage, StageAmount
from flows.outputs.filings_due import list_filings, list_reviewed_counties
from flows.outputs.planned_filing import PlannedFiling
from flows.outputs.write_filings import FilingWriter
from flows.year.issued_outputs import is_current
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore

_STAGE_BY_KIND: Final = {
    COUNTY: Stage.COUNTY_FILING,
    CITY: Stage.CITY_FILING,
    PROVINCE: Stage.PROVINCE_FILING,
}

AmountName: TypeAlias = tuple[str, str, str, AmountItem]
"""County, measure, township and item."""


@dataclass(frozen=True, slots=True)
class FiledAmounts:
    """The filed amounts by name, from the county's filing up.

    *outdated_paths* are workbooks to be written anew, *reviewed_codes* the counties whose figures a city has approved.
    """

    amounts: Mapping[AmountName, tuple[StageAmount, ...]]
    outdated_paths: tuple[str, ...]
    reviewed_codes: frozenset[str]


def collect_filed_amounts(state: YearState) -> FiledAmounts:
    """Return what every filing in force states; one that is missing or older than the record states nothing."""
    writer, store = FilingWriter.create(state, state.roster), state.paths.open_store()
    amounts: dict[AmountName, tuple[StageAmount, ...]] = {}
    outdated_paths = []
    for planned_filing in list_filings(state, state.roster):
        if planned_filing.kind not in _STAGE_BY_KIND or planned_filing.ended is not None:
            continue
        if not is_current(state, planned_filing.path, planned_filing.basis):
            outdated_paths.append(planned_filing.path)
            continue
        for name, amount in _read_filing(writer, store, planned_filing):
            amounts[name] = (*amounts.get(name, ()), amount)
    reviewed_codes = frozenset(due_county.code for due_county, _ in list_reviewed_counties(state, state.roster))
    return FiledAmounts(amounts, tuple(outdated_paths), reviewed_codes)


def _read_filing(
    writer: FilingWriter, store: ObjectStore, planned_filing: PlannedFiling
) -> Iterator[tuple[AmountName, StageAmount]]:
    """Yield the amounts of the detail by township: its rows and columns are known, its values are those on record."""
    messages = writer.state.messages
    context = writer.build_filing_context(planned_filing, store)
    figures = collect_filing_figures(context, messages)
    detail = build_township_detail(context, figures, messages)
    values = _load_values(writer.state, store, planned_filing.path, messages.list_spellings("filing.sheet.detail"))
    stage = _STAGE_BY_KIND[planned_filing.kind]
    for county, block in detail.blocks_by_county.items():
        for row, township in enumerate(figures.by_county[county].townships, start=block.header_row + 1):
            for measure, item, letter in _list_columns(figures):
                encoded = values.get(f"{letter}{row}", "")
                if encoded.startswith("n:"):
                    place = AmountPlace(planned_filing.path, detail.sheet.name, f"{letter}{row}")
                    amount = StageAmount(stage=stage, values={place: Decimal(encoded[2:])})
                    yield (county, measure, township, item), amount


def _load_values(state: YearState, store: ObjectStore, path: str, sheet_names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the recorded values of a sheet, whose name is one of *sheet_names*, by address."""
    content = json.loads(store.load_object(str(state.issued_outputs[path].facts["values"])))
    for sheet_name in sheet_names:
        if sheet_name in content["values"]:
            return dict(content["values"][sheet_name])
    return {}


def _list_columns(figures: FilingFigures) -> Iterator[tuple[str, AmountItem, str]]:
    """Yield measure, item and letter of each column with a target of the year or an amount done."""
    items = {figures.year: AmountItem.TARGET, AmountKind.DONE: AmountItem.DONE}
    for index, measure in enumerate(figures.measures):
        planned_letter, done_letter, _, plan_total_letter = list_measure_letters(index)
        letters = (planned_letter, done_letter, plan_total_letter)
        for key, letter in zip(list_amount_keys(figures), letters, strict=True):
            if key in items:
                yield measure, items[key], letter
