"""The plan file of a notice, as contracts/plans/ holds it, with the place of each figure in the source."""

from collections.abc import Mapping
from typing import Any

import yaml

from notices.plan.imported_plan import TOTAL, ImportedPlan, Programme, SourcedFigure


def name_plan(plan: ImportedPlan, county: str) -> str:
    """Return the id of a plan: county and years, or its document number if it names no year."""
    if not plan.years:
        return f"{county}-{plan.document_number}".strip("-")
    years = dict.fromkeys((plan.years[0], plan.years[-1]))
    return "-".join([county, *map(str, years)]).strip("-")


def format_plan_file(plan: ImportedPlan, county: str, source: str) -> str:
    """Return the text of the plan file; *source* is the name of the notice's file.

    Figures that the notice does not state are left out.
    """
    units = {programme.unit for programme in plan.programmes}
    content: dict[str, Any] = {
        "id": name_plan(plan, county),
        "county": county,
        "document": plan.document_number,
        "title": plan.title,
        "issued": plan.issued_on,
        "years": list(plan.years),
        "unit": units.pop() if len(units) == 1 else "",
        "measures": _build_measures(plan, _build_measure),
        "sources": {"file": source, **_build_measures(plan, _build_sources)},
    }
    header = "# Written by `hesuan plan import`. Under `sources`: table, row and column, or paragraph and characters.\n"
    return header + yaml.dump(content, Dumper=_PlanDumper, allow_unicode=True, sort_keys=False, width=10_000)


def format_duties(plan: ImportedPlan) -> str:
    """Return the text of the file that says who answers for what."""
    rows = [
        {"serial": row.serial, "department": row.department, **dict(row.people), "duty": row.duty}
        for row in plan.duties
    ]
    content = {"document": plan.document_number, "duties": rows}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000)


class _PlanDumper(yaml.SafeDumper):
    """Writes the innermost mappings and lists in one line, as people do, and without references."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's signature
        """Return True: the same values are written again."""
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:  # noqa: ANN401, FBT001 - as above
        """Return a mapping of plain values in one line, any other over several."""
        is_flat = not any(isinstance(value, dict | list) for value in mapping.values())
        return super().represent_mapping(tag, mapping, flow_style=is_flat and flow_style is not False)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:  # noqa: ANN401, ARG002, FBT001 - as above
        """Return a list in one line."""
        return super().represent_sequence(tag, sequence, flow_style=True)


def _build_measures(plan: ImportedPlan, build: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the two below
    return {
        programme.id or f"programme_{number}": build(programme)
        for number, programme in enumerate(plan.programmes, start=1)
    }


def _build_measure(programme: Programme) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": programme.name,
        "annex": programme.annex,
        "clause": programme.clause,
        "assigned": _convert(programme.assigned),
        "total": _convert(programme.total),
        "by_year": _convert_row(programme.by_year),
        "townships": _convert_rows(programme.townships),
        "groups": _convert_rows(programme.groups),
    }
    optional = ("assigned", "total", "groups")
    return {name: value for name, value in facts.items() if value not in (None, {}) or name not in optional}


def _convert_rows(rows: Mapping[str, Mapping[int | str, SourcedFigure]]) -> dict[str, dict[int | str, Any]]:
    return {name: _convert_row(figures) for name, figures in rows.items()}


def _convert_row(figures: Mapping[Any, SourcedFigure]) -> dict[Any, int | str | None]:
    """Return the figures by year, or by year and total."""
    return {key: _convert(figure) for key, figure in figures.items()}


def _convert(figure: SourcedFigure | None) -> int | str | None:
    """Return a whole figure as a number and any other as text, so that no decimal is lost."""
    if figure is None:
        return None
    if figure.value == figure.value.to_integral_value() and figure.value.as_tuple().exponent == 0:
        return int(figure.value)
    return str(figure.value)


def _build_sources(programme: Programme) -> dict[str, Any]:
    sources: dict[str, Any] = {
        "assigned": _list_places(programme.assigned),
        TOTAL: _list_places(programme.total),
        "by_year": _list_row_places(programme.by_year),
    }
    for name, figures in (*programme.townships.items(), *programme.groups.items()):
        sources[name] = _list_row_places(figures)
    return {name: places for name, places in sources.items() if places}


def _list_row_places(figures: Mapping[Any, SourcedFigure]) -> dict[Any, str]:
    return {key: _list_places(figure) for key, figure in figures.items()}


def _list_places(figure: SourcedFigure | None) -> str:
    """Return the places of a figure in one text, such as ``table 2 row 3 column 6; paragraph 25, 84-89``."""
    if figure is None:
        return ""
    places = []
    for source in figure.sources:
        if source.table:
            places.append(f"table {source.table} row {source.row} column {source.column}")
        else:
            places.append(f"paragraph {source.paragraph}, {source.start}-{source.end}")
    return "; ".join(places)
