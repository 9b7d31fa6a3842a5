"""``hesuan plan show``: a plan file with the place of each figure in its source."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contracts.errors import ContractError
from contracts.messages import Messages
from contracts.yaml_files import load_yaml
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode

_TOTAL: Final = "total"


def show_plan_file(path: Path, messages: Messages) -> ExitCode:
    """Print every figure of a plan file, one a line, with its places; without a source, that it has none."""
    try:
        content = load_yaml(path)
        lines = list(_format_plan(content, messages))
    except (ContractError, KeyError, TypeError, AttributeError) as error:
        print_error(messages("notice.bad_plan_file", path=str(path), problem=str(error)))
        return ExitCode.USAGE
    for line in lines:
        print_line(line)
    return ExitCode.CLEAR


def _format_plan(content: Mapping[str, Any], messages: Messages) -> Iterator[str]:
    yield messages("notice.plan_heading", document=content["document"], title=content["title"], day=content["issued"])
    for name, measure in content["measures"].items():
        sources = content.get("sources", {}).get(name, {})
        yield f"{measure['annex']}　{measure['name']}（{content['unit']}）"
        for label, figures, places in _list_rows(measure, sources, messages):
            for key, figure in figures.items():
                place = _format_places(places.get(key, ""), messages)
                yield messages(
                    "notice.plan_figure", name=label, year=_name_year(key, messages), value=figure, place=place
                )


def _list_rows(
    measure: Mapping[str, Any], sources: Mapping[str, Any], messages: Messages
) -> Iterator[tuple[str, Mapping[Any, Any], Mapping[Any, Any]]]:
    """Yield the name of each row with its figures and their places, the totals last."""
    for group in ("townships", "groups"):
        for name, figures in measure.get(group, {}).items():
            yield name, figures, sources.get(name, {})
    yield messages("notice.whole"), measure["by_year"], sources.get("by_year", {})
    for key, label in ((_TOTAL, "notice.whole"), ("assigned", "notice.assigned")):
        if key in measure:
            yield messages(label), {_TOTAL: measure[key]}, {_TOTAL: sources.get(key, "")}


def _name_year(key: object, messages: Messages) -> str:
    if key == _TOTAL:
        return messages("notice.all_years")
    return messages("filing.year", year=key)


def _format_places(written: str, messages: Messages) -> str:
    """Return the places of a figure in words; they are written ``table 2 row 3 column 6; paragraph 25, 84-89``."""
    if not written:
        return messages("notice.no_source")
    return messages("notice.place_separator").join(_format_place(place, messages) for place in written.split("; "))


def _format_place(place: str, messages: Messages) -> str:
    words = place.replace(",", "").split()
    if words[0] == "table":
        return messages("notice.table_place", table=words[1], row=words[3], column=words[5])
    start, end = words[2].split("-")
    return messages("notice.prose_place", paragraph=words[1], start=int(start) + 1, end=end)
