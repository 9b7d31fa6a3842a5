"""Errors that clerks make in figures, planted in sound submissions, each with what stood there before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from random import Random

from checks.model.cell_ref import CellRef
from checks.model.filing_history import FilingHistory
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.column_names import ROW
from checks.recognition.cover import identify_submission, read_cover
from checks.recognition.form_instance import list_tables, recognise_forms
from checks.recognition.table import Table
from contracts.form_model import Field, Role
from tests.builders.dongchuan import submission
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import gansu_workbook, year_before
from workbooks.reader.read_workbook import read_workbook

BASES = ("dongchuan", "gansu", "gansu with history")
PLOT, TOTAL, SUMMARY = "plot", "total", "summary"
_MU, _HECTARE = Decimal(10_000) / 15, Decimal(10_000)


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A figure of a sound submission, with the figures of its neighbours and of the total of its column."""

    form: str
    kind: str
    cell: CellRef
    field: Field
    text: str
    below: tuple[CellRef, str] | None
    beside: str | None
    total: str | None

    @property
    def amount(self) -> Decimal:
        """The figure as a number."""
        return Decimal(self.text)


@dataclass(frozen=True, slots=True)
class PlantedError:
    """Wrong figures by cell, and the kind of error."""

    name: str
    figure: FigureCell
    texts: Mapping[CellRef, str]


@dataclass(frozen=True, slots=True)
class SoundSubmission:
    """A submission without findings."""

    name: str
    book: RawWorkbook
    history: FilingHistory | None
    figures: tuple[FigureCell, ...]


@cache
def sound_base(name: str) -> SoundSubmission:
    """Return one of the submissions in which nothing is wrong."""
    data = submission(2).bytes() if name == "dongchuan" else gansu_workbook()
    book = read_workbook(data, wording())
    assert not isinstance(book, Refusal)
    history = year_before() if name.endswith("history") else None
    return SoundSubmission(name, book, history, tuple(_list_figures(book)))


def _list_figures(book: RawWorkbook) -> Iterator[FigureCell]:
    library = warm_library()
    cover = read_cover(book, library.compile_cover())
    assert cover is not None
    identity = identify_submission(cover, library.compile_cover(), wording())
    assert not isinstance(identity, Refusal)
    package = library.find_package(identity.county, identity.year)
    assert package is not None
    submitted = library.compile_submission(package, identity.year)
    for table in list_tables(recognise_forms(book, cover, submitted)):
        yield from _list_table_figures(table)


def _list_table_figures(table: Table) -> Iterator[FigureCell]:
    """Yield the numbers of a table: its figures and the coefficients that its rules multiply by."""
    body, totals = table.body[ROW].to_list(), table.totals[ROW].to_list()
    names = [field.name for field in table.form.fields if field.role is Role.FIGURE and field.name in table.columns]
    names += [name for name in _list_coefficients(table) if name not in names]
    for row in (*body, *totals):
        for position, name in enumerate(names):
            text = table.get_stripped_text(name, row)
            if not _is_number(text):
                continue
            yield FigureCell(
                form=table.form.name,
                kind=_classify(table, row, totals),
                cell=table.get_cell_ref(name, row),
                field=table.form.get_field(name),
                text=text,
                below=_find_below(table, name, row, totals),
                beside=table.get_stripped_text(names[position - 1], row) or None,
                total=_find_total(table, name, row, totals),
            )


def _list_coefficients(table: Table) -> Iterator[str]:
    for rule in table.form.rules:
        if rule.check == "deduction":
            yield str(rule.arguments["ratio"])


def _classify(table: Table, row: int, totals: Sequence[int]) -> str:
    if row in totals:
        return TOTAL
    return PLOT if table.form.is_detail else SUMMARY


def _find_below(table: Table, name: str, row: int, totals: Sequence[int]) -> tuple[CellRef, str] | None:
    if row + 1 in totals:
        return None
    text = table.get_stripped_text(name, row + 1)
    return (table.get_cell_ref(name, row + 1), text) if _is_number(text) else None


def _find_total(table: Table, name: str, row: int, totals: Sequence[int]) -> str | None:
    if not totals or row in totals:
        return None
    text = table.get_stripped_text(name, totals[0])
    return text if _is_number(text) else None


def _is_number(text: str) -> bool:
    return bool(text) and text.replace(".", "", 1).isdigit()


def _write(amount: Decimal) -> str:
    return format(amount.normalize() + 0, "f")


def _quantize(amount: Decimal, places: int) -> str:
    return _write(amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def mistype_digit(figure: FigureCell, random: Random) -> str | None:
    """Replace one digit by another."""
    positions = [index for index, digit in enumerate(figure.text) if digit.isdigit()]
    index = random.choice(positions)
    digit = random.choice([digit for digit in "123456789" if digit != figure.text[index]])
    return figure.text[:index] + digit + figure.text[index + 1 :]


def transpose_digits(figure: FigureCell, random: Random) -> str | None:
    """Exchange two neighbouring digits."""
    text = figure.text
    pairs = [index for index in range(len(text) - 1) if "." not in text[index : index + 2]]
    pairs = [index for index in pairs if text[index] != text[index + 1]]
    if not pairs:
        return None
    index = random.choice(pairs)
    return text[:index] + text[index + 1] + text[index] + text[index + 2 :]


def shift_left(figure: FigureCell, _: Random) -> str | None:
    """Write ten times the figure."""
    return _write(figure.amount * 10)


def shift_right(figure: FigureCell, _: Random) -> str | None:
    """Write a tenth of the figure."""
    return _write(figure.amount / 10)


def lose_point(figure: FigureCell, _: Random) -> str | None:
    """Leave out the decimal point."""
    text = _write(figure.amount)
    return text.replace(".", "") if "." in text else None


def take_other_unit(figure: FigureCell, random: Random) -> str | None:
    """Write the figure in another unit of area."""
    if figure.field.unit == "亩":
        return _quantize(random.choice([figure.amount * _MU, figure.amount / 15]), 4)
    if figure.field.unit == "平方米":
        return _quantize(random.choice([figure.amount / _MU, figure.amount / _HECTARE]), 4)
    return None


def write_minus(figure: FigureCell, _: Random) -> str | None:
    """Write a minus before the figure."""
    return f"-{figure.text}"


def take_neighbour(figure: FigureCell, random: Random) -> str | None:
    """Write the figure of a neighbouring cell."""
    neighbours = [figure.beside] if figure.beside else []
    if figure.below:
        neighbours.append(figure.below[1])
    return random.choice(neighbours) if neighbours else None


def write_zero(_: FigureCell, __: Random) -> str | None:
    """Write 0."""
    return "0"


def round_off(figure: FigureCell, _: Random) -> str | None:
    """Round the figure to a whole number, or a whole number to hundreds."""
    if figure.amount != figure.amount.to_integral_value():
        return _quantize(figure.amount, 0)
    return _write((figure.amount / 100).quantize(Decimal(1), ROUND_HALF_UP) * 100)


def type_total(figure: FigureCell, _: Random) -> str | None:
    """Write the total of the column in one of its rows."""
    return figure.total


def seeded_random(seed: int) -> Random:
    """Return a generator for trials that can be repeated."""
    return Random(seed)  # noqa: S311 - trials, not secrets


Change = Callable[[FigureCell, Random], str | None]
CHANGES: Mapping[str, Change] = {
    "digit": mistype_digit,
    "transposed": transpose_digits,
    "times 10": shift_left,
    "tenth": shift_right,
    "point lost": lose_point,
    "unit": take_other_unit,
    "sign": write_minus,
    "neighbour": take_neighbour,
    "zero": write_zero,
    "rounded": round_off,
    "total typed": type_total,
}
EXCHANGED, WRONG_ROW = "exchanged", "wrong row"
KINDS = (*CHANGES, EXCHANGED, WRONG_ROW)


def plant(figure: FigureCell, kind: str, random: Random) -> PlantedError | None:
    """Return an error of a kind at a figure, or None if the figure does not allow it."""
    if kind in (EXCHANGED, WRONG_ROW):
        return _move_figure(figure, kind)
    text = CHANGES[kind](figure, random)
    if text is None or Decimal(text) == figure.amount:
        return None
    return PlantedError(kind, figure, {figure.cell: text})


def _move_figure(figure: FigureCell, kind: str) -> PlantedError | None:
    if figure.below is None or figure.kind == TOTAL or Decimal(figure.below[1]) == figure.amount:
        return None
    cell, text = figure.below
    own = text if kind == EXCHANGED else "0"
    if Decimal(own) == figure.amount:
        return None
    return PlantedError(kind, figure, {figure.cell: own, cell: figure.text})
