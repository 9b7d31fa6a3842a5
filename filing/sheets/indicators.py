"""Indicators: every reported quantity by county with subtotals by city, or by project and township of one county."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from checks.model.report import Figure
from contracts.filing_layout import IndicatorTable
from contracts.form_model import Field
from contracts.messages import Wording
from filing.book.cell_builders import Heading, Row, figure, full, headers, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.filing_context import COUNTY, PROVINCE, CountedCounty, FilingScene
from filing.context.links import filing_of, own_file
from filing.sheets.signature_block import closing_rows, empty_row

SERIAL, NAME, AMOUNT, PLACES = 5.5, 19.0, 12.5, 26.0
HEAD = 3  # rows above the body

Amounts = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    scene: FilingScene
    table: IndicatorTable
    fields: Sequence[Field]
    words: Wording

    @property
    def places(self) -> bool:
        return self.scene.whose.kind == COUNTY

    @property
    def columns(self) -> int:
        return 2 + len(self.fields) + self.places


def indicator_sheets(scene: FilingScene, words: Wording) -> dict[str, Sheet]:
    """Return the tables that any filed county sent figures for, by their key."""
    found = {}
    for table in scene.exhibits.tables:
        fields = _fields(scene, table)
        if fields:
            found[table.id] = _sheet(_Desk(scene=scene, table=table, fields=fields, words=words))
    return found


def _fields(scene: FilingScene, table: IndicatorTable) -> list[Field]:
    forms = [form for county in scene.in_order for form in county.forms if form.name == table.form]
    known = {one.name: one for form in forms for one in form.fields}
    return [known[one] for one in table.columns if one in known]


def _sheet(desk: _Desk) -> Sheet:
    words, scene = desk.words, desk.scene
    heading = Heading(
        right=words("filing.unit", unit=desk.fields[0].unit),
        title=words(f"filing.title.{desk.table.id}", province=scene.whose.name, year=scene.roster.year),
        columns=desk.columns,
    )
    names = [words("filing.column.serial"), words(f"filing.indicator.of_{scene.whose.kind}")]
    names += [one.heading for one in desk.fields] + ([words("filing.column.source")] if desk.places else [])
    widths = full((SERIAL, NAME, *(AMOUNT for _ in desk.fields), *((PLACES,) if desk.places else ())), landscape=True)
    body = _of_county(desk) if desk.places else _of_counties(desk)
    notes = ("indicator_places", "empty") if desk.places else ("indicator_traced", "empty")
    return Sheet(
        name=words(f"filing.sheet.{desk.table.id}"),
        rows=(*heading.rows(), headers(names), *body, *closing_rows(scene, widths, notes, words)),
        widths=widths,
        landscape=True,
        header_rows=(HEAD, HEAD),
        titles=2,
    )


def _of_counties(desk: _Desk) -> list[Row]:
    rows: list[Row] = []
    subtotals: list[tuple[int, Amounts]] = []
    serial = 0
    for _, counties in desk.scene.by_city:
        first = HEAD + len(rows) + 1
        listed = []
        for county in counties:
            serial += 1
            amounts = _sum(desk, _figures(desk, county))
            listed.append(amounts)
            name = text(county.due.name, source=filing_of(desk.scene, county, desk.words))
            rows.append((Cell(serial, Look.CENTRE), name, *_cells(desk, amounts, Look.FIGURE)))
        together = _add(desk, listed)
        subtotals.append((HEAD + len(rows) + 1, together))
        said = desk.words("filing.subtotal", city=desk.scene.city(counties[0].due))
        rows.append(_total(desk, said, together, f"{{0}}{first}:{{0}}{HEAD + len(rows)}"))
    if not rows:
        return [empty_row(desk.columns, "filed", desk.words)]
    if desk.scene.whose.kind == PROVINCE:
        ranges = ",".join(f"{{0}}{row}" for row, _ in subtotals)
        amounts = _add(desk, [one for _, one in subtotals])
        rows.append(_total(desk, desk.words("filing.grand_total"), amounts, ranges))
    return rows


def _of_county(desk: _Desk) -> list[Row]:
    rows: list[Row] = []
    county = desk.scene.in_order[0]
    grouped: dict[tuple[str, str], list[Figure]] = {}
    for one in _figures(desk, county):
        grouped.setdefault((one.project, one.township), []).append(one)
    for serial, ((project, township), figures) in enumerate(grouped.items(), start=1):
        name = "\n".join(one for one in (project, township) if one)
        places = text(
            _places(figures, desk.words), source=own_file(desk.scene, county, figures[0].sheet, figures[0].cell)
        )
        cells = _cells(desk, _sum(desk, figures), Look.FIGURE)
        rows.append((Cell(serial, Look.CENTRE), text(name), *cells, places))
    if not rows:
        return [empty_row(desk.columns, "indicators", desk.words)]
    amounts = _sum(desk, _figures(desk, county))
    total = _total(desk, desk.words("filing.total"), amounts, f"{{0}}{HEAD + 1}:{{0}}{HEAD + len(rows)}")
    return [*rows, (*total, text("", Look.TOTAL_TEXT))]


def _figures(desk: _Desk, county: CountedCounty) -> list[Figure]:
    wanted = {one.name for one in desk.fields}
    return [
        one for one in county.report.figures if one.form == desk.table.form and one.column in wanted and one.township
    ]


def _sum(desk: _Desk, figures: Iterable[Figure]) -> Amounts:
    found: dict[str, Decimal | None] = dict.fromkeys(one.name for one in desk.fields)
    for one in figures:
        found[one.column] = (found[one.column] or Decimal(0)) + Decimal(one.amount)
    return found


def _add(desk: _Desk, listed: Iterable[Amounts]) -> Amounts:
    found: dict[str, Decimal | None] = dict.fromkeys(one.name for one in desk.fields)
    for amounts in listed:
        for name, amount in amounts.items():
            found[name] = found[name] if amount is None else (found[name] or Decimal(0)) + amount
    return found


def _cells(desk: _Desk, amounts: Amounts, look: Look, formula: str = "") -> Row:
    cells = []
    for at, one in enumerate(desk.fields, start=3):
        live = f"=SUM({formula.format(column_letters(at))})" if formula and amounts[one.name] is not None else None
        cells.append(figure(amounts[one.name], look, decimals=one.decimals, formula=live))
    return tuple(cells)


def _total(desk: _Desk, said: str, amounts: Amounts, formula: str) -> Row:
    cells = _cells(desk, amounts, Look.TOTAL_FIGURE, formula)
    return (text("", Look.TOTAL_TEXT), text(said, Look.TOTAL_TEXT), *cells)


def _places(figures: Sequence[Figure], words: Wording) -> str:
    """Name the cells of a row, sheet by sheet: the first and the last where they are one after the other."""
    by_sheet: dict[str, list[str]] = {}
    for one in figures:
        by_sheet.setdefault(one.sheet, []).append(one.cell)
    said = []
    for sheet, cells in by_sheet.items():
        shown = cells[0] if len(cells) == 1 else words("filing.span", first=cells[0], last=cells[-1])
        said.append(words("filing.place", sheet=sheet, cells=shown))
    return words("filing.between_places").join(said)
