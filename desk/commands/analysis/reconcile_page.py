"""The page of a reconciliation: what differs, what was done beside the targets, and every amount by township."""

from collections.abc import Iterator, Sequence
from typing import Final

from desk.commands.analysis.reconcile_words import FILED_STAGES, ReconciliationWords, format_amount, format_signed
from filing.html_pages import render_tables_page
from filing.pages.tables_page import PageTable, TablesPage
from flows.analysis.reconciled_amounts import AmountItem, ReconciledAmount, Stage
from flows.analysis.reconciliation import CountyReconciliation
from flows.analysis.reconciliation_totals import MeasureTotal, TownshipResult, list_township_results, sum_by_measure

_DIFFERENCE_COLUMNS: Final = ("county", "township", "measure", "difference", "place", "reason")
_SURPLUS_COLUMNS: Final = ("county", "township", "measure", "surplus", "place")
_TARGET_STAGES: Final = ("issued", "accepted", "filed")
_DONE_STAGES: Final = ("accepted_done", "reviewed_done", "filed_done")
_AMOUNT_COLUMNS: Final = ("township", "measure", *_TARGET_STAGES, *_DONE_STAGES, "surplus")


def render_reconciliation(reconciliations: Sequence[CountyReconciliation], words: ReconciliationWords) -> bytes:
    """Return the page as HTML; a table without rows is left out."""
    messages = words.messages
    differences = list(_list_difference_rows(reconciliations, words))
    surpluses = list(_list_surplus_rows(reconciliations, words))
    tables = [
        _build_table(messages("reconcile.page.differences"), _DIFFERENCE_COLUMNS, differences, words),
        _build_table(messages("reconcile.page.surpluses"), _SURPLUS_COLUMNS, surpluses, words),
        *(_build_county_table(reconciled, words) for reconciled in reconciliations),
    ]
    years = sorted({reconciled.year for reconciled in reconciliations})
    verdict = "differs" if differences else "equal"
    page = TablesPage(
        title=messages("reconcile.page.title", years=messages("reconcile.between").join(map(str, years))),
        subtitle=messages(f"reconcile.page.{verdict}", count=len(differences)),
        tables=tuple(table for table in tables if table.rows),
    )
    return render_tables_page(page, messages)


def _build_table(
    title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], words: ReconciliationWords
) -> PageTable:
    headings = tuple(words.messages(f"reconcile.column.{column}") for column in columns)
    figures = (index for index, column in enumerate(columns) if column in _AMOUNT_COLUMNS[2:])
    return PageTable(title=title, headings=headings, rows=tuple(rows), figure_columns=frozenset(figures))


def _name_county(reconciled: CountyReconciliation, words: ReconciliationWords) -> str:
    return words.messages("reconcile.page.county", year=reconciled.year, name=reconciled.name)


def _list_difference_rows(
    reconciliations: Sequence[CountyReconciliation], words: ReconciliationWords
) -> Iterator[tuple[str, ...]]:
    for reconciled in reconciliations:
        for amount in reconciled.amounts:
            for difference in amount.list_differences():
                yield (
                    _name_county(reconciled, words),
                    amount.township or reconciled.name,
                    words.name_amount(amount, reconciled),
                    words.format_step(amount, difference),
                    words.format_places(difference.places),
                    difference.reason,
                )


def _list_surplus_rows(
    reconciliations: Sequence[CountyReconciliation], words: ReconciliationWords
) -> Iterator[tuple[str, ...]]:
    for reconciled in reconciliations:
        for result in list_township_results(reconciled):
            if result.surplus:
                yield (
                    _name_county(reconciled, words),
                    result.township or reconciled.name,
                    reconciled.measures.get(result.measure, result.measure),
                    format_signed(result.surplus),
                    words.format_places(result.surplus_places),
                )


def _build_county_table(reconciled: CountyReconciliation, words: ReconciliationWords) -> PageTable:
    """Return the table of a county's amounts: a row for each township and measure, then the totals."""
    title = words.messages(
        "reconcile.page.amounts",
        county=_name_county(reconciled, words),
        state=reconciled.state,
        register=words.format_register(reconciled),
    )
    rows = [_build_township_row(result, reconciled, words) for result in list_township_results(reconciled)]
    rows += _list_total_rows(reconciled, words)
    return _build_table(title, _AMOUNT_COLUMNS, rows, words)


def _build_township_row(
    result: TownshipResult, reconciled: CountyReconciliation, words: ReconciliationWords
) -> tuple[str, ...]:
    return (
        result.township or reconciled.name,
        reconciled.measures.get(result.measure, result.measure),
        _format_stage(result.target, Stage.ISSUED),
        _format_stage(result.target, Stage.ACCEPTED),
        _format_filed(result.target, words),
        _format_stage(result.done, Stage.ACCEPTED),
        _format_stage(result.done, Stage.REVIEWED),
        _format_filed(result.done, words),
        "" if result.surplus is None else format_signed(result.surplus),
    )


def _format_stage(amount: ReconciledAmount | None, stage: Stage) -> str:
    value = amount.find_value(stage) if amount is not None else None
    return format_amount(value)


def _format_filed(amount: ReconciledAmount | None, words: ReconciliationWords) -> str:
    """Return what the filings state: one figure if they all state the same, else each with its level."""
    if amount is None:
        return ""
    stated = {}
    for stage in FILED_STAGES:
        value = amount.find_value(stage)
        if value is not None:
            stated[stage] = value
    if len(set(stated.values())) == 1:
        return format_amount(next(iter(stated.values())))
    parts = [
        words.messages("reconcile.stated", stage=words.name_stage(s), value=format_amount(v)) for s, v in stated.items()
    ]
    return words.messages("reconcile.between").join(parts)


def _list_total_rows(reconciled: CountyReconciliation, words: ReconciliationWords) -> Iterator[tuple[str, ...]]:
    totals = {(total.measure, total.item): total for total in sum_by_measure([reconciled])}
    for measure, name in reconciled.measures.items():
        target, done = totals.get((measure, AmountItem.TARGET)), totals.get((measure, AmountItem.DONE))
        cells = [
            *_list_total_cells(target, (Stage.ISSUED, Stage.ACCEPTED)),
            *_list_total_cells(done, (Stage.ACCEPTED, Stage.REVIEWED)),
        ]
        surplus = _compute_total_surplus(target, done)
        yield (words.messages("filing.total"), name, *cells, surplus)


def _list_total_cells(total: MeasureTotal | None, stages: Sequence[Stage]) -> list[str]:
    """Return the totals of the stages, and of the last filing that has one."""
    totals = dict(total.totals) if total is not None else {}
    filed_stages = [stage for stage in FILED_STAGES if stage in totals]
    filed = totals[filed_stages[-1]] if filed_stages else None
    return [format_amount(value) for value in (*map(totals.get, stages), filed)]


def _compute_total_surplus(target: MeasureTotal | None, done: MeasureTotal | None) -> str:
    if target is None or done is None or not target.totals or not done.totals:
        return ""
    return format_signed(done.totals[-1][1] - target.totals[0][1])
