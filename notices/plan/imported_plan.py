"""A plan as read from a notice: programmes with figures by township and year, each with its place in the source."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class FigureSource:
    """Where a figure stands: table, row and column (all from 1), or paragraph and characters (from 0)."""

    table: int = 0
    row: int = 0
    column: int = 0
    paragraph: int = 0
    start: int = 0
    end: int = 0

    def encode(self) -> dict[str, int]:
        """Return the place as plain values: a cell of a table, or characters of a paragraph."""
        if self.table:
            return {"table": self.table, "row": self.row, "column": self.column}
        return {"paragraph": self.paragraph, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class SourcedFigure:
    """A figure as written, with its places: the table first, then the prose."""

    value: Decimal
    sources: tuple[FigureSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One quantity of a plan.

    *id* is the measure that the program knows it by, empty if it knows none. *by_year* are the totals of the years.
    *townships* maps the name of a row to its figures by year and by ``total``; rows that are sums of others are in
    *groups* instead, by the same keys.
    """

    id: str
    name: str
    annex: str
    clause: str
    unit: str
    total: SourcedFigure | None
    assigned: SourcedFigure | None
    by_year: Mapping[int, SourcedFigure]
    townships: Mapping[str, Mapping[int | str, SourcedFigure]]
    groups: Mapping[str, Mapping[int | str, SourcedFigure]]


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Who answers for what: the serial number, the duty, the people by heading, the department."""

    serial: str
    duty: str
    people: tuple[tuple[str, str], ...]
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPlan:
    """What a notice says; *issued_on* is a date in ISO 8601, empty if the notice has none."""

    document_number: str
    title: str
    issued_on: str
    years: tuple[int, ...]
    programmes: tuple[Programme, ...]
    duties: tuple[DutyRow, ...] = ()


def encode_imported_plan(plan: ImportedPlan) -> dict[str, Any]:
    """Return the plan as plain values, in the public format of ``hesuan plan import --format json``."""
    return {
        "document": plan.document_number,
        "title": plan.title,
        "issued": plan.issued_on,
        "years": list(plan.years),
        "programmes": list(map(_encode_programme, plan.programmes)),
        "duties": [
            {"serial": row.serial, "duty": row.duty, **dict(row.people), "department": row.department}
            for row in plan.duties
        ],
    }


def _encode_programme(programme: Programme) -> dict[str, Any]:
    return {
        "id": programme.id,
        "name": programme.name,
        "annex": programme.annex,
        "clause": programme.clause,
        "unit": programme.unit,
        "assigned": _encode_figure(programme.assigned),
        "total": _encode_figure(programme.total),
        "by_year": {str(year): _encode_figure(figure) for year, figure in programme.by_year.items()},
        "townships": _encode_rows(programme.townships),
        "groups": _encode_rows(programme.groups),
        "sources": _encode_sources(programme),
    }


def _encode_rows(rows: Mapping[str, Mapping[int | str, SourcedFigure]]) -> dict[str, dict[str, str]]:
    return {name: {str(key): str(figure.value) for key, figure in figures.items()} for name, figures in rows.items()}


def _encode_figure(figure: SourcedFigure | None) -> str | None:
    if figure is None:
        return None
    return str(figure.value)


def _encode_sources(programme: Programme) -> dict[str, Any]:
    """Return the places of all figures, by the same keys as the figures."""
    sources: dict[str, Any] = {}
    for name in ("assigned", TOTAL):
        figure = getattr(programme, name)
        if figure is not None:
            sources[name] = _encode_places(figure)
    sources["by_year"] = {str(year): _encode_places(figure) for year, figure in programme.by_year.items()}
    for name, rows in (("townships", programme.townships), ("groups", programme.groups)):
        sources[name] = {
            row: {str(key): _encode_places(figure) for key, figure in figures.items()} for row, figures in rows.items()
        }
    return sources


def _encode_places(figure: SourcedFigure) -> list[dict[str, int]]:
    return [source.encode() for source in figure.sources]
