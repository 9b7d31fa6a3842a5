"""What would be found if the clerk had not slipped: a slip that explains several findings is told once, in their place.

A guess says which cells would have to hold what. It counts only where the workbook with those cells has nothing but
what was found before, word for word the same elsewhere: then all that is gone follows from that one slip.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from checks.diagnosis.evaluation import Verdict
from checks.model.cell_ref import CellRef, column_letters
from checks.model.finding import Change, Severity
from checks.model.raw_workbook import CellKind, RawBook, RawSheet
from checks.model.violation import Offence

_MOST_TRIED = 8  # guesses that one workbook is examined with
_LONG = 5_000  # rows of a table that take a while to examine
_FEW_TRIED = 2  # guesses on a workbook with such a table
_MOST_CELLS = 200  # that one finding points at, or that one repair names
_SEVERAL = 2  # findings that a guess explains, at the least

Content = tuple[str | None, int]  # the text of a cell and its kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One slip: *cells* with what they should hold, told as *case* at *cell* with *facts*.

    *least* is how many findings it must explain to be told. *tell* are the cells that its finding points at first;
    an offence that *speaks* for it has the sentence, else *case* has. A guess that *mends* knows what each cell should
    hold; another knows only where the rows belong.
    """

    cell: CellRef
    cells: Mapping[CellRef, Content]
    case: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    tell: tuple[CellRef, ...] = ()
    least: int = _SEVERAL
    value: str | None = None
    expected: str | None = None
    speaks: Offence | None = None
    mends: bool = True


def told_once(
    book: RawBook,
    found: Verdict,
    guesses: Callable[[RawBook, Verdict], Iterable[Sequence[Guess]]],
    examine: Callable[[RawBook], Verdict],
) -> Verdict:
    """Return what was found, each slip that explains several findings told in their place.

    *guesses* yields rivals together: where two of them leave as little, neither is told.
    """
    heads: list[Offence] = []
    received, room = found, _MOST_TRIED if _short(found) else _FEW_TRIED
    while True:
        accepted = None
        for rivals in guesses(book, found):
            room -= len(rivals)
            accepted = _best(book, found, rivals, examine) if room >= 0 else None
            if accepted or room <= 0:
                break
        if accepted is None:
            break
        guess, after = accepted
        heads.append(_head(guess, book, _gone(found, after, guess)))
        book, found = corrected(book, guess.cells), _with_repairs(after, guess, book)
    if not heads:
        return received
    remarks = (one for one in received.offences if _is_remark(one))  # what is remarked on stays as it was received
    return replace(received, offences=(*heads, *_faults(found), *remarks), not_run=found.not_run)


def _faults(found: Verdict) -> list[Offence]:
    return [one for one in found.offences if not _is_remark(one)]


def _is_remark(offence: Offence) -> bool:
    return offence.rule.severity_of(offence.case) == Severity.REPORT


def _short(found: Verdict) -> bool:
    return all(one.body.height <= _LONG for one in found.tables)


def _best(
    book: RawBook, found: Verdict, rivals: Sequence[Guess], examine: Callable[[RawBook], Verdict]
) -> tuple[Guess, Verdict] | None:
    """Return the guess that leaves the least, and what it leaves; none where two leave as little."""
    tried = ((one, _after(book, found, one, examine)) for one in rivals)
    held = sorted(((one, after) for one, after in tried if after), key=lambda pair: len(_faults(pair[1])))
    alone = len(held) == 1 or (len(held) > 1 and len(_faults(held[0][1])) < len(_faults(held[1][1])))
    return held[0] if alone else None


def _after(book: RawBook, found: Verdict, guess: Guess, examine: Callable[[RawBook], Verdict]) -> Verdict | None:
    """Return what is found once the guess is made good, nothing where it does not explain enough or breaks anything."""
    if len(_faults(found)) < guess.least:
        return None
    after = examine(corrected(book, guess.cells))
    before = {_sameness(one, guess) for one in _faults(found)}
    if any(_sameness(one, guess) not in before for one in _faults(after)):
        return None
    # what is said of one cell comes to one finding anyway, in the words of the plainest rule
    places = {(one.sheet, one.cell) for one in _gone(found, after, guess)}
    return after if len(places) >= guess.least else None


def _gone(found: Verdict, after: Verdict, guess: Guess) -> list[Offence]:
    left = {_sameness(one, guess) for one in _faults(after)}
    return [one for one in _faults(found) if _sameness(one, guess) not in left]


def _sameness(offence: Offence, guess: Guess) -> tuple[object, ...]:
    """What is said at the same cell of the same figures is the same, whatever the repairs of the whole workbook are.

    Where it is about a cell that the guess changes, it is the same only where all of its cells are.
    """
    touched = frozenset(offence.cells) if any(cell in guess.cells for cell in offence.cells) else None
    return (offence.rule.id, offence.sheet, offence.cell, offence.value, offence.difference, offence.also, touched)


def corrected(book: RawBook, cells: Mapping[CellRef, Content]) -> RawBook:
    """Return the workbook with other contents in some cells."""
    return RawBook(tuple(_corrected(one, cells) for one in book.sheets))


def _corrected(sheet: RawSheet, cells: Mapping[CellRef, Content]) -> RawSheet:
    by_column: dict[str, list[tuple[int, Content]]] = {}
    for cell, content in cells.items():
        if cell.sheet == sheet.name:
            row, column = cell.position
            by_column.setdefault(column_letters(column), []).append((row - 1, content))
    if not by_column:
        return sheet
    return replace(
        sheet,
        text=sheet.text.with_columns(_scattered(sheet.text[name], new, 0) for name, new in by_column.items()),
        kinds=sheet.kinds.with_columns(_scattered(sheet.kinds[name], new, 1) for name, new in by_column.items()),
    )


def _scattered(column: pl.Series, new: Sequence[tuple[int, Content]], part: int) -> pl.Series:
    values = pl.Series([content[part] for _, content in new], dtype=column.dtype)
    return column.scatter([at for at, _ in new], values)


def content_at(book: RawBook, cell: CellRef) -> Content:
    """Return what a cell holds."""
    sheet = next(one for one in book.sheets if one.name == cell.sheet)
    row, column = cell.position
    name = column_letters(column)
    return sheet.text[name][row - 1], sheet.kinds[name][row - 1]


def text(content: str) -> Content:
    """Return a content that is a text."""
    return content, CellKind.TEXT


def _head(guess: Guess, book: RawBook, gone: Sequence[Offence]) -> Offence:
    """Return what is told of a slip: it weighs as much as the gravest of what it explains."""
    gravest = min(gone, key=lambda one: (_rank(one), one.rule.phase.rank, one.rule.id))
    own = guess.speaks or _own(guess, gravest)
    rule = replace(own.rule, severity=gravest.rule.severity_of(gravest.case), severities={}, trial=_on_trial(gone))
    involved = (guess.cell, *guess.tell, *(cell for one in gone for cell in one.cells))
    also = {one for other in gone for one in (other.rule.id, *other.also)} - {rule.id}
    changes = _changes(guess, book)
    return replace(
        own,
        rule=rule,
        cells=tuple(dict.fromkeys(involved))[:_MOST_CELLS],
        also=tuple(sorted(also)),
        repairs=own.repairs or ((changes,) if changes else ()),
    )


def _own(guess: Guess, first: Offence) -> Offence:
    return Offence(
        rule=first.rule,
        sheet=guess.cell.sheet,
        cell=guess.cell,
        case=guess.case,
        facts={"cell": guess.cell.address, **guess.facts},
        value=guess.value,
        expected=guess.expected,
    )


def _on_trial(gone: Sequence[Offence]) -> bool:
    return all(one.rule.trial for one in gone)


def _rank(offence: Offence) -> int:
    return Severity(offence.rule.severity_of(offence.case)).rank


def _changes(guess: Guess, book: RawBook) -> tuple[Change, ...]:
    if not guess.mends or len(guess.cells) > _MOST_CELLS:
        return ()
    before = {cell: content_at(book, cell)[0] or "" for cell in guess.cells}
    return tuple(Change(cell, before[cell], content[0] or "") for cell, content in guess.cells.items())


def _with_repairs(after: Verdict, guess: Guess, book: RawBook) -> Verdict:
    """Put the slip into the repairs of what is left: each of them mends all sums of the workbook."""
    changes = _changes(guess, book)
    offences = (
        replace(one, repairs=tuple((*repair, *changes) for repair in one.repairs)) if one.repairs else one
        for one in after.offences
    )
    return replace(after, offences=tuple(offences))
