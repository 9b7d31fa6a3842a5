"""A figure that is wrong in its row and in the total alike: the columns add up, and what the total breaks follows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from checks.diagnosis.evaluation import Verdict
from checks.diagnosis.finding_grouping import beside
from checks.diagnosis.hypothesis_testing import Guess
from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind
from checks.model.violation import Offence
from checks.parsing.text_normalisation import plain
from checks.recognition.table import ROW, Table
from checks.rules.registry import SUM_CHECKS
from checks.rules.sum_rules import Stated
from contracts.form_model import Role

Values = Mapping[CellRef, Decimal]
Told = tuple[Sequence[Stated], Offence]  # sums that share cells, and what is said of them


def with_totals(sets: Sequence[Told], values: Values) -> list[Offence]:
    """Return what is said of each set; that on a total row which is off as just one row above is, beside that row's."""
    following: dict[int, list[Offence]] = {}
    for stated, offence in sets:
        if all(one.row == one.table.total_row for one in stated):
            wrong = {_slip(one, values) for one in stated}
            likewise = [(sums, other) for sums, other in sets if _in_one_row(sums)]
            rows = [other for sums, other in likewise if wrong <= {_slip(one, values) for one in sums}]
            if len(rows) == 1 and not rows[0].cure and not offence.cure:
                following.setdefault(id(rows[0]), []).append(offence)
    gone = {id(one) for several in following.values() for one in several}
    return [_joined(one, following.get(id(one), ())) for _, one in sets if id(one) not in gone]


def _slip(stated: Stated, values: Values) -> tuple[str, str, str, Decimal]:
    """Return which rule a row breaks in which column, and by how much."""
    relation = stated.relation
    off = sum((term.sign * values[term.cell] for term in relation.terms), Decimal(0)) - relation.constant
    return stated.rule.id, stated.table.form.name, stated.field.name, off


def _in_one_row(stated: Sequence[Stated]) -> bool:
    rows = {one.row for one in stated}
    return len(rows) == 1 and all(one.row != one.table.total_row for one in stated)


def _joined(offence: Offence, totals: Sequence[Offence]) -> Offence:
    if len(totals) != 1:
        return beside(offence, totals)
    (total,) = totals
    facts = {
        **offence.facts,
        "total": total.facts["cell"],
        "total_after": total.facts["after"],
        "then": total.facts["first"],
    }
    cure = f"total_too_{offence.case}" if offence.case == total.case and offence.case != "open" else ""
    return beside(replace(offence, facts=facts, cure=cure), totals)


def figures_mistaken(verdict: Verdict) -> Iterator[list[Guess]]:
    """Guess that a figure that is wrong alone is why other things do not hold; or that its total is wrong alike."""
    wrong = [one for one in verdict.offences if one.rule.check in SUM_CHECKS and one.case == "one" and one.cell]
    for one in wrong:
        for table in verdict.tables:
            place = _place(table, one.cell)
            rivals = list(_guesses(one, table, place, verdict)) if place else []
            if rivals:
                yield rivals


def _guesses(offence: Offence, table: Table, place: tuple[str, int], verdict: Verdict) -> Iterator[Guess]:
    cell, row = table.ref(*place), table.total_row
    total = table.ref(place[0], row) if row is not None else None
    # what is said at the same cell is one finding anyway, in the words of the plainer rule
    others = [one for one in verdict.offences if one.cell != cell and one.rule.check not in SUM_CHECKS]
    if any(one.sheet == table.sheet for one in others):
        after = (plain(Decimal(offence.facts["after"])), CellKind.NUMBER)
        yield Guess(cell=cell, cells={cell: after}, tell=offence.cells, speaks=offence)
    if total is not None and total in verdict.values and any(total in one.cells for one in others):
        yield _with_total(offence, cell, total, verdict.values)


def _place(table: Table, cell: CellRef | None) -> tuple[str, int] | None:
    """Return column and row of a figure above the total, none where a cell is no such figure."""
    if cell is None or cell.sheet != table.sheet or table.form.detail:
        return None
    names = [one.name for one in table.form.of_role(Role.FIGURE) if one.name in table.columns]
    places = {table.ref(name, row): (name, row) for name in names for row in table.body[ROW].to_list()}
    return places.get(cell)


def _with_total(offence: Offence, cell: CellRef, total: CellRef, values: Values) -> Guess:
    due = Decimal(offence.facts["after"])
    after = plain(values[total] - values[cell] + due)
    facts = {**offence.facts, "total": total.address, "total_after": after}
    cells = {cell: (plain(due), CellKind.NUMBER), total: (after, CellKind.NUMBER)}
    speaks = replace(offence, facts=facts, cure="total_too_one")
    return Guess(cell=cell, cells=cells, tell=tuple(cells), speaks=speaks)
