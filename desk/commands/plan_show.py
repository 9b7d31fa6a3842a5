"""``hesuan plan show``: a plan file with the place of each figure in its source."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contracts.errors import ContractError, name_missing_entry
from contracts.messages import Messages
from contracts.yaml_files import load_yaml
from desk.console import print_error, print_line
from desk.error_sentences import format_contract_problem
from desk.exit_codes import ExitCode
from flows.decisions.accept_plan import find_acceptance
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError

_TOTAL: Final = "total"


def show_plan_file(path: Path, messages: Messages, paths: YearPaths | None = None) -> ExitCode:
    """Print every figure of a plan file, one a line, with its places; without a source, that it has none.

    With *paths*, the acceptance of the file is looked up in the ledger, if there is one.
    """
    try:
        content = load_yaml(path)
        lines = list(_format_plan(content, messages))
        lines += _list_acceptances(path, paths, messages)
    except ContractError as error:
        return _report_bad_file(path, format_contract_problem(error), messages)
    except (KeyError, TypeError, AttributeError) as error:
        entry = name_missing_entry(error)
        return _report_bad_file(path, messages("contract_problem.malformed", entry=entry), messages)
    for line in lines:
        print_line(line)
    return ExitCode.CLEAR


def _report_bad_file(path: Path, problem: str, messages: Messages) -> ExitCode:
    print_error(messages("notice.bad_plan_file", path=str(path), problem=problem))
    return ExitCode.USAGE


def _list_acceptances(path: Path, paths: YearPaths | None, messages: Messages) -> list[str]:
    if paths is None:
        return []
    try:
        with paths.open_ledger(must_exist=True) as ledger:
            accepted = find_acceptance(ledger.list_entries(), hashlib.sha256(path.read_bytes()).hexdigest())
    except LedgerMissingError:
        return []
    if accepted is None:
        return [messages("notice.not_accepted")]
    facts = {name: str(accepted.facts[name]) for name in ("title", "date", "number")}
    return [messages("notice.accepted_by", **facts)]


def _format_plan(content: Mapping[str, Any], messages: Messages) -> Iterator[str]:
    yield messages("notice.plan_heading", document=content["document"], title=content["title"], day=content["issued"])
    programme = ""
    for name, label, year, value, place in list_figures(content, messages):
        if name != programme:
            programme = name
            yield f"{name}（{content['unit']}）"
        yield messages("notice.plan_figure", name=label, year=year, value=value, place=place)


def list_figures(content: Mapping[str, Any], messages: Messages) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield each figure of a plan file: programme, name of the row, year, figure, its places in words."""
    for name, measure in content["measures"].items():
        sources = content.get("sources", {}).get(name, {})
        programme = f"{measure['annex']}　{measure['name']}".strip("　")
        for label, figures, places in _list_rows(measure, sources, messages):
            for key, figure in figures.items():
                place = _format_places(places.get(key, ""), messages)
                yield programme, label, _name_year(key, messages), str(figure), place


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
