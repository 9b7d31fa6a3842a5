"""Rows under a wrong township: told once where all holds as soon as they are put where they belong."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from checks.diagnosis.column_reassignment import rewritten
from checks.diagnosis.evaluation import Verdict
from checks.diagnosis.hypothesis_testing import Content, Guess, content_at
from checks.diagnosis.misspelt_township import code_column, rows_pointed_at, township_column
from checks.diagnosis.summary_shortfall import Place, lack, place_of, plots_making_up, rests_on
from checks.model.raw_workbook import RawBook
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import listed
from contracts.registers import County

if TYPE_CHECKING:
    from checks.model.cell_ref import CellRef

_MOST_RIVALS = 4
_MOST_GROUPS = 3
_SHOWN = 10


def townships_mistaken(book: RawBook, verdict: Verdict, county: County | None) -> Iterator[list[Guess]]:
    """Guess that the name of a township, or its code, is that of another one."""
    for table in verdict.tables if county else ():
        name, code = township_column(table), code_column(table)
        if name and code and county:
            for wrong in _told(table, code, verdict)[:_MOST_GROUPS]:
                yield list(_named_or_coded(table, (name, code), table.typed(wrong), county))
            if table.form.detail:
                yield from _moved(book, table, verdict)


def _told(table: Table, code: str, verdict: Verdict) -> list[int]:
    """Return the first row of each kind in which the township's code is not that of its name."""
    told = [one for one in verdict.offences if one.rule.check == "township_code" and one.case == ""]
    rows = rows_pointed_at(table, code, told)
    wrong = table.body.filter(pl.col(ROW).is_in(rows))
    return wrong.unique([code, TOWNSHIP_FULL], keep="first", maintain_order=True)[ROW].to_list()


def _named_or_coded(table: Table, columns: tuple[str, str], first: pl.DataFrame, county: County) -> Iterator[Guess]:
    name, code = columns
    number, written = first[code][0], first[TOWNSHIP_FULL][0]
    alike = table.body.filter((pl.col(code) == number) & (pl.col(TOWNSHIP_FULL) == written))[ROW].to_list()
    due = next((one for one, township in county.townships.items() if township == written), number)
    yield rewritten(table, name, alike, new=county.townships[number], case="township_mistaken", beside=number)
    yield rewritten(table, code, alike, new=due, case="township_mistaken", beside=written)


def _moved(book: RawBook, table: Table, verdict: Verdict) -> Iterator[list[Guess]]:
    """Guess that plots with name and codes of one place are those of another that lacks just as much."""
    short = [one for one in verdict.sums if rests_on(one, table) and lack(one, verdict) > 0]
    places = list(dict.fromkeys(place_of(one) for one in short))
    if not places or len(places) > _MOST_RIVALS:
        return
    strange = [one for one in verdict.offences if one.rule.check == "groups_in_summary"]
    for row in rows_pointed_at(table, township_column(table) or "", strange)[:_MOST_GROUPS]:
        project, township = table.typed(row).select(PROJECT, TOWNSHIP_FULL).row(0)
        rows = table.body.filter((pl.col(PROJECT) == project) & (pl.col(TOWNSHIP_FULL) == township))[ROW].to_list()
        yield [one for place in places for one in _plot_guess(book, table, rows, place)]
    excess = [one for one in verdict.sums if rests_on(one, table) and lack(one, verdict) < 0]
    for lacking, other in product(short, excess):
        if lacking.field == other.field and lack(lacking, verdict) == -lack(other, verdict):
            found = plots_making_up(table, lacking, place_of(other), lack(lacking, verdict))
            yield [one for row in found for one in _plot_guess(book, table, [row], place_of(lacking))]


def _plot_guess(book: RawBook, table: Table, rows: Sequence[int], place: Place) -> Iterator[Guess]:
    """Yield what these plots would be in another place; the codes are those of a plot that is there."""
    project, township = place
    there = table.body.filter((pl.col(PROJECT) == project) & (pl.col(TOWNSHIP_FULL) == township))[ROW]
    column = township_column(table) or ""
    if not len(there) or set(rows) & set(there):
        return
    cells: dict[CellRef, Content] = {
        table.ref(name, row): content_at(book, table.ref(name, int(there[0])))
        for name in _placing(table)
        for row in rows
    }
    facts = {
        "title": table.form.title,
        "rows": listed([str(row) for row in rows], _SHOWN),
        "value": table.written(column, rows[0]),
        "project": str(table.typed(rows[0])[PROJECT][0]),
        "near": township,
        "meant": project,
    }
    yield Guess(
        case="plot_misplaced",
        cell=table.ref(column, rows[0]),
        cells=cells,
        facts=facts,
        tell=tuple(table.ref(column, row) for row in rows),
        value=facts["value"],
        expected=township,
        mends=False,
    )


def _placing(table: Table) -> list[str]:
    """Return the columns that say where a plot is."""
    rules = [one for one in table.form.rules if one.check == "codes_nested"]
    nested = [str(first) for one in rules for first, _ in one.arguments["pairs"]]
    names = (PROJECT, township_column(table), code_column(table), *nested)
    return [one for one in dict.fromkeys(names) if one and one in table.columns]
