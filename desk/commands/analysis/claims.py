"""``hesuan claims``: plots that counties of several ledgers account twice."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from contracts.messages import Messages
from desk.console import print_json, print_line
from desk.exit_codes import ExitCode
from flows.analysis.ledger_places import list_places
from flows.analysis.shared_plots import ClaimPlace, ClaimSearch, search_shared_plots
from flows.year.locations import YearPaths


def show_claims(arguments: Sequence[Path], paths: YearPaths, *, as_json: bool) -> ExitCode:
    """Print each plot that is accounted twice, with the place of every claim; nothing is recorded.

    *arguments* are state folders, and files that list ledgers. The index is kept in the state folder of *paths*.
    """
    messages = paths.open_contracts().get_messages()
    search = search_shared_plots(list_places(arguments, paths), paths.state_folder / "claims")
    if as_json:
        print_json(asdict(search))
    else:
        _print_search(search, messages)
    if search.shared_plots:
        return ExitCode.FINDINGS
    return ExitCode.CLEAR


def _print_search(search: ClaimSearch, messages: Messages) -> None:
    for shared_plot in search.shared_plots:
        print_line(messages("claims.plot", plot=shared_plot.plot))
        for place in shared_plot.places:
            print_line(_format_place(place, messages))
    for year, county in search.repeated_owners:
        print_line(messages("claims.repeated", year=str(year), county=county))
    counts = {"ledgers": str(search.ledger_count), "owners": str(search.owner_count)}
    print_line(messages("claims.sum", count=str(len(search.shared_plots)), **counts))


def _format_place(place: ClaimPlace, messages: Messages) -> str:
    facts = {name: str(value) for name, value in asdict(place).items()}
    key = "claims.place" if place.cell else "claims.place_unreadable"
    return messages(key, **facts)
