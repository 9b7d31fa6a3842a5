"""Two rows or two columns whose contents were exchanged: every figure fits once they are exchanged back."""

from collections import ChainMap, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from checks.diagnosis.evaluation import Verdict
from checks.diagnosis.hypothesis_testing import Content, Guess, content_at
from checks.diagnosis.misspelt_township import code_column, rows_pointed_at, township_column
from checks.model.cell_ref import CellRef
from checks.model.failing_rows import Offenders
from checks.model.raw_workbook import RawBook
from checks.model.violation import Offence
from checks.recognition.table import PROJECT, ROW, Table
from checks.rules.pandera_validation import row_offenders
from checks.rules.sum_rules import Stated
from contracts.form_model import Field, Role, Rule

_MOST_ROWS = 8  # of a table with figures that do not hold, each held against each other
_TWO = 2  # rows, each with the other's name or code; in which two columns differ, at the least
_LEAST_ROWS = 3  # that break a rule, for a column to be why
_MOST_RIVALS = 4
_NEARLY_ALL = 10  # one row in so many may have a slip of its own
_TOTALS = ("column_total", "detail_total")
_WITHIN: Mapping[str, tuple[str, ...]] = {  # rules on a row, and the columns that they hold together
    "completion_rate": ("part", "whole"),
    "converted": ("from", "column"),
    "deduction": ("gross", "deducted", "net"),
}

Values = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True)
class Sums:
    """What must add up, looked up by cell, so that a change is held against the sums that it touches alone."""

    values: Values
    by_cell: Mapping[CellRef, Sequence[Stated]]
    broken: Mapping[int, Stated]

    def mended_by(self, new: Values) -> bool:
        """Tell whether figures put in other cells make all sums over them hold, of which some did not."""
        touched = {id(one): one for cell in new for one in self.by_cell.get(cell, ())}
        wrong = [at for at in touched if at in self.broken]
        values = ChainMap(dict(new), self.values)  # type: ignore[arg-type]  # only read
        # those that do not hold first: nearly every change is found out by one of them
        return bool(wrong) and all(_holds(touched[at], values) for at in dict.fromkeys((*wrong, *touched)))


def _sums_of(verdict: Verdict) -> Sums:
    by_cell: dict[CellRef, list[Stated]] = defaultdict(list)
    known = [one for one in verdict.sums if all(term.cell in verdict.values for term in one.relation.terms)]
    for one in known:
        for term in one.relation.terms:
            by_cell[term.cell].append(one)
    return Sums(verdict.values, by_cell, {id(one): one for one in known if not _holds(one, verdict.values)})


def _holds(stated: Stated, values: Values) -> bool:
    relation = stated.relation
    off = sum((term.sign * values[term.cell] for term in relation.terms), Decimal(0)) - relation.constant
    return abs(off) <= relation.tolerance


def rows_exchanged(book: RawBook, verdict: Verdict) -> Iterator[list[Guess]]:
    """Guess that the figures of two rows, or their names, were exchanged."""
    sums = _sums_of(verdict)
    for table in verdict.tables:
        names = _wrongly_named(table, verdict.offences)
        if len(names) == _TWO:
            columns = (township_column(table), code_column(table))
            yield [_cells_exchanged(book, table, names, one) for one in columns if one]
        if sums.broken and not table.form.detail:
            rows = _broken_rows(table, sums)
            pairs = combinations(rows, 2) if len(rows) <= _MOST_ROWS else ()
            found = [pair for pair in pairs if sums.mended_by(_figures_exchanged(table, pair, sums.values))]
            if len(found) == 1:
                yield [_rows_guess(book, table, found[0])]


def _broken_rows(table: Table, sums: Sums) -> list[int]:
    """Return the rows of a table over whose figures something does not add up, its totals left aside."""
    cells = {term.cell for one in sums.broken.values() if one.rule.check not in _TOTALS for term in one.relation.terms}
    fields = _figures(table)
    return [row for row in table.body[ROW].to_list() if any(table.ref(one.name, row) in cells for one in fields)]


def _figures(table: Table) -> list[Field]:
    return [one for one in table.form.of_role(Role.FIGURE) if one.name in table.columns]


def _figures_exchanged(table: Table, rows: tuple[int, int], values: Values) -> dict[CellRef, Decimal]:
    new: dict[CellRef, Decimal] = {}
    for field in _figures(table):
        first, second = (table.ref(field.name, row) for row in rows)
        if first in values and second in values and values[first] != values[second]:
            new |= {first: values[second], second: values[first]}
    return new


def _wrongly_named(table: Table, offences: Sequence[Offence]) -> list[int]:
    """Return the rows of which the township's code is not that of its name."""
    column = code_column(table)
    wrong = [one for one in offences if one.rule.check == "township_code" and one.case == ""]
    return rows_pointed_at(table, column, wrong) if column and len(wrong) >= _TWO else []


def _pair_facts(table: Table, rows: Sequence[int]) -> dict[str, str]:
    first, second = rows
    return {
        "title": table.form.title,
        "row": str(first),
        "other": str(second),
        "label": table.label(first),
        "rival": table.label(second),
    }


def _cells_exchanged(book: RawBook, table: Table, rows: Sequence[int], column: str) -> Guess:
    first, second = (table.ref(column, row) for row in rows)
    facts = {**_pair_facts(table, rows), "heading": table.form.field(column).heading, "there": second.address}
    cells = {first: content_at(book, second), second: content_at(book, first)}
    return Guess(case="cells_exchanged", cell=first, cells=cells, facts=facts, tell=(second,))


def _rows_guess(book: RawBook, table: Table, rows: tuple[int, int]) -> Guess:
    kept = {township_column(table), code_column(table), PROJECT, *(one.name for one in table.form.of_role(Role.SERIAL))}
    cells: dict[CellRef, Content] = {}
    for name in (one for one in table.columns if one not in kept):
        first, second = (table.ref(name, row) for row in rows)
        there, here = content_at(book, first), content_at(book, second)
        if there != here:
            cells |= {first: here, second: there}
    label = township_column(table) or next(iter(table.columns))
    places = [table.ref(label, row) for row in rows]
    return Guess(case="rows_exchanged", cell=places[0], cells=cells, facts=_pair_facts(table, rows), tell=tuple(places))


def columns_exchanged(book: RawBook, verdict: Verdict) -> Iterator[list[Guess]]:
    """Guess that the figures of two columns stand under each other's headings."""
    sums = _sums_of(verdict)
    for table in verdict.tables:
        rows = [*table.body[ROW].to_list(), *table.totals[ROW].to_list()]
        if table.form.detail or not sums.broken:
            pairs = [pair for pair in _pairs_of_rules(table, verdict.offences) if _rows_fit(table, pair)]
        else:
            pairs = [pair for pair in _pairs_of_sums(table, rows, sums) if _differ(table, pair, rows, sums.values)]
            pairs = pairs or [one for one in _pairs_of_rules(table, verdict.offences) if _rows_fit(table, one)]
        if 0 < len(pairs) <= _MOST_RIVALS:
            yield [_columns_guess(book, table, pair, rows) for pair in pairs]


def _pairs_of_sums(table: Table, rows: Sequence[int], sums: Sums) -> list[tuple[Field, Field]]:
    cells = {term.cell for one in sums.broken.values() for term in one.relation.terms}
    fields = _figures(table)
    suspect = [one for one in fields if any(table.ref(one.name, row) in cells for row in rows)]
    pairs = [(one, other) for one, other in combinations(fields, 2) if one in suspect or other in suspect]
    return [pair for pair in pairs if sums.mended_by(_column_figures(table, pair, rows, sums.values))]


def _column_figures(
    table: Table, pair: tuple[Field, Field], rows: Sequence[int], values: Values
) -> dict[CellRef, Decimal]:
    new: dict[CellRef, Decimal] = {}
    for row in rows:
        first, second = (table.ref(one.name, row) for one in pair)
        if first in values and second in values and values[first] != values[second]:
            new |= {first: values[second], second: values[first]}
    return new


def _differ(table: Table, pair: tuple[Field, Field], rows: Sequence[int], values: Values) -> bool:
    return len(_column_figures(table, pair, rows, values)) >= 2 * _TWO


def _pairs_of_rules(table: Table, offences: Sequence[Offence]) -> list[tuple[Field, Field]]:
    """Return the columns that a rule holds together within a row, where so many rows break it that it is the column."""
    pairs: dict[tuple[str, str], tuple[Field, Field]] = {}
    for rule in table.form.rules:
        if rule.check in _WITHIN and _rows_breaking(table, rule, offences) >= _LEAST_ROWS:
            names = [str(rule.arguments[one]) for one in _WITHIN[rule.check]]
            fields = [table.form.field(one) for one in names if one in table.columns]
            pairs |= {(one.name, other.name): (one, other) for one, other in combinations(fields, 2)}
    return list(pairs.values())


def _rows_breaking(table: Table, rule: Rule, offences: Sequence[Offence]) -> int:
    here = [one for one in offences if one.sheet == table.sheet and rule.id in (one.rule.id, *one.also)]
    return sum(max(one.alike, len(one.cells) if one.case == "column_unit" else 1) for one in here)


def _rows_fit(table: Table, pair: tuple[Field, Field]) -> bool:
    """Tell whether nearly all rows are right once the two columns are exchanged."""
    first, second = (one.name for one in pair)
    renamed = {first: second, second: first}
    changed = replace(table, body=table.body.rename(renamed).select(table.body.columns), totals=table.totals.clear())
    rules = [one for one in table.form.rules if one.check in _WITHIN]
    found = [one.rows.height for one in row_offenders(changed, rules) if isinstance(one, Offenders)]
    return sum(found) * _NEARLY_ALL <= table.body.height


def _columns_guess(book: RawBook, table: Table, pair: tuple[Field, Field], rows: Sequence[int]) -> Guess:
    cells: dict[CellRef, Content] = {}
    for row in rows:
        first, second = (table.ref(one.name, row) for one in pair)
        there, here = content_at(book, first), content_at(book, second)
        if there != here:
            cells |= {first: here, second: there}
    left, right = pair
    facts = {
        "title": table.form.title,
        "heading": left.heading,
        "rival": right.heading,
        "first": f"{table.ref(left.name, rows[0]).address}:{table.ref(left.name, rows[-1]).address}",
        "second": f"{table.ref(right.name, rows[0]).address}:{table.ref(right.name, rows[-1]).address}",
    }
    return Guess(
        case="columns_exchanged",
        cell=table.ref(left.name, rows[0]),
        cells=cells,
        facts=facts,
        tell=tuple(cells),
        least=1,
    )
