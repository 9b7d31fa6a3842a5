"""The four columns of a measure that detail and roll-up share: target, done, rate, target over all years."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from contracts.messages import Wording
from filing.book.cell_builders import Row, figure, rate_of, text
from filing.book.workbook_model import Cell, Look
from filing.context.accounts import Accounts, Key, Kind

FIRST = 3  # the columns before: serial number and name
EACH = 4
HEADER_ROWS = (3, 4)

Values = Mapping[tuple[str, Key], Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of figures: *values* lacks what does not apply, and is None where nothing was reported.

    *formula* gives, for the letter of a column, what makes its figure live; *typed* names the values that are not.
    """

    row: int
    values: Values
    formula: Callable[[str], str] | None = None
    total: bool = False
    typed: frozenset[tuple[str, Key]] = frozenset()


def keys_of(accounts: Accounts) -> tuple[Key, Key, Key]:
    """Return what stands in the figure columns of each measure, rate aside."""
    return (accounts.year, Kind.DONE, Kind.WHOLE)


def width_of(accounts: Accounts) -> int:
    """Return how many columns the serial number, the name and all measures take."""
    return FIRST - 1 + EACH * len(accounts.measures)


def group_header(first: str, accounts: Accounts) -> Row:
    """Return the upper header row: what the first two columns are together, then each measure's name."""
    names = (text(name, Look.HEADER, span=EACH) for name in accounts.measures.values())
    return (text(first, Look.HEADER, span=FIRST - 1), *names)


def column_header(names: Sequence[str], accounts: Accounts, words: Wording) -> Row:
    """Return the lower header row: the names of the first two columns, then four columns a measure."""
    four = [words(f"filing.column.{one}") for one in ("planned", "done", "rate")] + [say_span(accounts, words)]
    return tuple(text(one, Look.HEADER) for one in (*names, *(four * len(accounts.measures))))


def say_span(accounts: Accounts, words: Wording) -> str:
    """Return the heading of the targets over all years, naming the years."""
    if not accounts.years:
        return words("filing.column.whole")
    return words("filing.column.whole_years", first=accounts.years[0], last=accounts.years[-1])


def figure_cells(line: Line, accounts: Accounts, words: Wording) -> Row:
    """Return the cells of all measures of one row."""
    cells: list[Cell] = []
    for at, measure in enumerate(accounts.measures):
        letters = [column_letters(FIRST + EACH * at + one) for one in range(EACH)]
        cells += _four(line, measure, letters, accounts, words)
    return tuple(cells)


def _four(line: Line, measure: str, letters: list[str], accounts: Accounts, words: Wording) -> list[Cell]:
    look = Look.TOTAL_FIGURE if line.total else Look.FIGURE
    keys = keys_of(accounts)
    if not any((measure, key) in line.values for key in keys):
        return [text(words("filing.not_applicable"), look)] * EACH
    found = {key: line.values.get((measure, key)) for key in keys}
    planned, done, whole = (
        figure(
            found[key],
            look,
            decimals=accounts.decimals(measure, key),
            formula=line.formula(letter) if line.formula and (measure, key) not in line.typed else None,
        )
        for key, letter in zip(keys, (letters[0], letters[1], letters[3]), strict=True)
    )
    at = (f"{letters[0]}{line.row}", f"{letters[1]}{line.row}")
    share = rate_of(found[Kind.DONE], found[accounts.year])
    return [planned, done, _rate(share, at, words, total=line.total), whole]


def _rate(share: Decimal | None, at: tuple[str, str], words: Wording, *, total: bool) -> Cell:
    dash = words("filing.not_applicable")
    quoted = dash.replace('"', '""')
    # rounded in the sheet too: what is printed is then what every program computes
    formula = f'=IF(OR({at[0]}=0,{at[1]}=""),"{quoted}",ROUND({at[1]}/{at[0]},4))'
    look = Look.TOTAL_PERCENT if total else Look.PERCENT
    return Cell(dash if share is None else share, look, formula=formula)
