"""The figures of a column, and the figures that are related to them: in the same row, and in other tables.

Rows of other tables are related if they are of the same project or township; several of them are added up.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from checks.diagnosis.table_columns import list_figure_fields, list_rules
from checks.model.cell_ref import CellRef
from checks.parsing.decimal_amounts import count_decimals
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table

AmountsByRow = Mapping[int, Decimal]
_KEYS = (PROJECT, TOWNSHIP_FULL)


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """The table, column and row of a figure, and whether the row is a total."""

    table: Table
    column: str
    row: int
    is_total: bool


@dataclass(frozen=True, slots=True)
class RelatedColumn:
    """Another column whose figures belong to rows of a table; whether it *is_target*, the contract says.

    *matches* are the rows of its own table by those of the table.
    """

    table: Table
    column: str
    matches: Mapping[int, Sequence[int]]
    is_target: bool = False


@dataclass(slots=True)
class RelatedFigures:
    """Finds the figures of columns and what is related to them; *values* are all figures by cell.

    *year* is the accounting year, of which targets are. Rows and columns that were read are kept.
    """

    tables: Sequence[Table]
    values: Mapping[CellRef, Decimal]
    year: int = 0
    rows_by_table: dict[int, frozenset[int]] = field(default_factory=dict)
    total_rows_by_table: dict[int, tuple[int, ...]] = field(default_factory=dict)
    units: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    columns: dict[tuple[int, str], AmountsByRow] = field(default_factory=dict)

    def find_place(self, cell: CellRef) -> FigurePlace | None:
        """Return where a cell stands, or None if it is in no figure column of a table."""
        row, column = cell.position
        for table in self.tables:
            if table.sheet != cell.sheet:
                continue
            name = table.names_by_column.get(column)
            if name is not None and row in self._list_rows(table):
                return FigurePlace(table, name, row, row in self.list_total_rows(table))
        return None

    def _list_rows(self, table: Table) -> frozenset[int]:
        if id(table) not in self.rows_by_table:
            self.rows_by_table[id(table)] = frozenset((*table.body[ROW].to_list(), *table.totals[ROW].to_list()))
        return self.rows_by_table[id(table)]

    def list_total_rows(self, table: Table) -> tuple[int, ...]:
        """Return the rows of a table that are totals."""
        if id(table) not in self.total_rows_by_table:
            self.total_rows_by_table[id(table)] = tuple(table.totals[ROW].to_list())
        return self.total_rows_by_table[id(table)]

    def find_unit(self, table: Table, column: str) -> Decimal:
        """Return the last decimal that is in use in a column."""
        key = (id(table), column)
        if key not in self.units:
            amounts = self.read_column(table, column).values()
            places = max((count_decimals(amount.normalize()) for amount in amounts), default=0)
            self.units[key] = Decimal(1).scaleb(-places)
        return self.units[key]

    def read_column(self, table: Table, column: str) -> AmountsByRow:
        """Return the figures of a column by row, those of total rows last."""
        key = (id(table), column)
        if key not in self.columns:
            rows = (*table.body[ROW].to_list(), *table.totals[ROW].to_list())
            self.columns[key] = self._read_rows(table, column, rows)
        return self.columns[key]

    def _read_rows(self, table: Table, column: str, rows: Iterable[int]) -> AmountsByRow:
        amounts: dict[int, Decimal] = {}
        for row in rows:
            amount = self.values.get(table.get_cell_ref(column, row))
            if amount is not None:
                amounts[row] = amount
        return amounts

    def read_related(self, related: RelatedColumn, rows: Iterable[int]) -> AmountsByRow:
        """Return the figures of a related column by some rows of the table that it is related to."""
        sums: dict[int, Decimal] = {}
        for row in rows:
            known = self._read_rows(related.table, related.column, related.matches.get(row, ())).values()
            if known:
                sums[row] = sum(known, Decimal(0))
        return sums

    def iter_related(self, table: Table, column: str) -> Iterator[RelatedColumn]:
        """Yield the columns that may be related to a column: its own table's, then other tables', by its rows."""
        targets = self._list_targets(table, column)
        own_matches = {row: (row,) for row in self._list_rows(table)}
        for own_field in list_figure_fields(table):
            if own_field.name != column:
                is_target = (table.form.name, own_field.name) in targets
                yield RelatedColumn(table, own_field.name, own_matches, is_target)
        for other in self.tables:
            if other is table or other.form.is_detail:
                continue
            matches = match_rows(table, other)
            if matches:
                for other_field in list_figure_fields(other):
                    is_target = (other.form.name, other_field.name) in targets
                    yield RelatedColumn(other, other_field.name, matches, is_target)

    def _list_targets(self, table: Table, column: str) -> set[tuple[str, str]]:
        """Return form and column of the targets that the contract compares a column with."""
        targets: set[tuple[str, str]] = set()
        for rule in list_rules(table, "ratio_to_target"):
            for pair in rule.arguments["pairs"]:
                if pair["column"] == column and "form" in pair:
                    targets.add((pair["form"], f"{pair['target']}_{self.year}"))
                elif pair["column"] == column:
                    targets.add((table.form.name, pair["target"]))
        return targets


def match_rows(table: Table, other: Table) -> dict[int, list[int]]:
    """Return the rows of another table by the row that they belong to; none if rows of the first would share them."""
    keys = [key for key in _KEYS if key in table.body.columns and key in other.body.columns]
    if not keys:
        return {}
    own_rows = table.body.drop_nulls(keys).select(*keys, ROW).rows()
    other_rows: dict[Iterable[str], list[int]] = defaultdict(list)
    for *key, row in other.body.drop_nulls(keys).select(*keys, ROW).rows():
        other_rows[tuple(key)].append(row)
    matches: dict[int, list[int]] = {}
    taken: set[Iterable[str]] = set()
    for *key, row in own_rows:
        if tuple(key) in taken:
            return {}
        taken.add(tuple(key))
        matches[row] = other_rows.get(tuple(key), [])
    if table.total_row is not None and other.total_row is not None:
        matches[table.total_row] = [other.total_row]
    return matches
