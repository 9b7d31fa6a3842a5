"""The status board of a year: as a workbook, and as a page that needs nothing but itself."""

from dataclasses import dataclass
from datetime import date
from html import escape

from contracts.messages import Wording
from contracts.procedures import Procedure
from filing.book import Cell, FilingBook, Look, Sheet
from filing.cells import Heading, Row, clean, headers, say_date, text
from review.progress import CityProgress, Progress
from review.roster import Roster

CITY_COLUMNS = ("city", "due", "sent", "done", "excused", "open", "late")
CITY_WIDTHS = (20.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0)
COUNTY_COLUMNS = ("city", "county", "code", "state", "version", "turn", "deadline", "steps", "waiting", "block")
COUNTY_WIDTHS = (13.0, 15.0, 9.0, 12.0, 7.0, 16.0, 20.0, 34.0, 9.0, 34.0)
MOST_REASON = 200

# The look of the page; one accent colour, figures in tabular numerals, on paper as on a screen.
STYLE = """
:root{--accent:#1f5f8b}
body{font:15px/1.6 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;margin:1.5rem auto;
max-width:1200px;padding:0 1rem;color:#222}
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:1.6rem 0 .5rem}
p{margin:.2rem 0;color:#555}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top}
th{background:#f2f2f2}td.n{text-align:right}
.bar{background:#e6e6e6;height:.9rem;min-width:6rem}.bar i{display:block;height:100%;background:var(--accent)}
.late{font-weight:bold;color:#9c0006}
@page{size:A4 landscape;margin:15mm}
@media print{body{margin:0;font-size:11px}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that a status board shows; *as_of* is the day of the newest entry that it rests on."""

    roster: Roster
    procedure: Procedure
    counties: tuple[Progress, ...]
    cities: tuple[CityProgress, ...]
    as_of: date
    created: str


def board_book(board: Board, words: Wording) -> FilingBook:
    """Return the board as a workbook: cities first, then county by county."""
    listed = (
        _sheet(board, "cities", [_city_row(one) for one in board.cities], words),
        _sheet(board, "counties", [_row(board, one, words) for one in board.counties], words),
    )
    year = words("filing.year", year=board.roster.year)
    return FilingBook(title=_title(board, words), subject=year, created=board.created, sheets=listed)


def board_page(board: Board, words: Wording) -> str:
    """Return the board as one HTML file without anything from outside."""
    title = escape(_title(board, words))
    total = CityProgress(
        "", *(sum(getattr(one, name) for one in board.cities) for name in ("due", "sent", "done", "excused", "late"))
    )
    summary = words("board.summary", due=total.due, done=total.done, excused=total.excused, late=total.late)
    cities = [[*(str(cell.value) for cell in _city_row(one)), _bar(one)] for one in board.cities]
    counties = [[_html(cell) for cell in _row(board, one, words)] for one in board.counties]
    columns = [words(f"board.column.{one}") for one in (*CITY_COLUMNS, "share")]
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<style>{STYLE}</style></head><body>",
            f"<h1>{title}</h1><p>{escape(_as_of(board, words))}</p><p>{escape(summary)}</p>",
            f"<h2>{escape(words('board.sheet.cities'))}</h2>",
            _table(columns, [[*(escape(one) for one in row[:-1]), row[-1]] for row in cities]),
            f"<h2>{escape(words('board.sheet.counties'))}</h2>",
            _table([words(f"board.column.{one}") for one in COUNTY_COLUMNS], counties),
            "</body></html>\n",
        )
    )


def _title(board: Board, words: Wording) -> str:
    return words("board.title", province=board.roster.province[1], year=board.roster.year)


def _as_of(board: Board, words: Wording) -> str:
    return words("board.as_of", date=say_date(board.as_of, words))


def _sheet(board: Board, name: str, rows: list[Row], words: Wording) -> Sheet:
    columns, widths = {"cities": (CITY_COLUMNS, CITY_WIDTHS), "counties": (COUNTY_COLUMNS, COUNTY_WIDTHS)}[name]
    heading = Heading(
        number="",
        right=_as_of(board, words),
        title=f"{_title(board, words)}：{words(f'board.sheet.{name}')}",
        columns=len(columns),
    )
    return Sheet(
        name=words(f"board.sheet.{name}"),
        rows=(*heading.rows(), headers(words(f"board.column.{one}") for one in columns), *rows),
        widths=widths,
        landscape=len(columns) > len(CITY_COLUMNS),
        header_rows=(3, 3),
    )


def _city_row(one: CityProgress) -> Row:
    counts = (one.due, one.sent, one.done, one.excused, one.due - one.done - one.excused, one.late)
    return (text(one.name), *(Cell(count, Look.FIGURE) for count in counts))


def _row(board: Board, one: Progress, words: Wording) -> Row:
    dash = words("filing.not_applicable")
    turn = words("board.turn", level=one.turn.name, action=one.action) if one.turn else dash
    deadline = say_date(one.deadline, words) if one.deadline else dash
    return (
        text(board.roster.cities.get(one.due.city, one.due.city)),
        text(one.due.name),
        text(one.due.code, Look.CENTRE),
        text(board.procedure.states.get(one.state, one.state), Look.CENTRE),
        text("" if one.version is None else str(one.version), Look.CENTRE),
        text(turn),
        text(words("filing.late", date=deadline) if one.late else deadline, Look.HARD if one.late else Look.TEXT),
        text(_say_steps(one, words)),
        text("" if one.waiting is None else str(one.waiting), Look.CENTRE),
        text(words(f"board.block.{one.block}", reason=clean(one.reason)[:MOST_REASON], turn=turn) if one.block else ""),
    )


def _say_steps(one: Progress, words: Wording) -> str:
    said = []
    for step in one.steps:
        key = "board.step" if step.days is None else "board.step_days"
        said.append(words(key, action=step.action, day=step.day.isoformat() if step.day else "", days=step.days))
    return "\n".join(said)


def _html(cell: Cell) -> str:
    said = escape(str(cell.value if cell.value is not None else "")).replace("\n", "<br>")
    return f'<span class="late">{said}</span>' if cell.look is Look.HARD else said


def _bar(one: CityProgress) -> str:
    share = round(100 * (one.done + one.excused) / one.due) if one.due else 0
    return f'<div class="bar" title="{share}%"><i style="width:{share}%"></i></div>'


def _table(columns: list[str], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in columns)
    body = "\n".join("<tr>" + "".join(_data(one) for one in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def _data(said: str) -> str:
    return f'<td class="n">{said}</td>' if said.isdigit() and len(said) < 6 else f"<td>{said}</td>"  # noqa: PLR2004 - a code is no figure
