"""``hesuan hits``: what became of each rule's findings, over counties and years."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from contracts.messages import Messages
from desk.console import print_error, print_json, print_line
from desk.exit_codes import ExitCode
from flows.analysis.rule_hits import RuleHits, count_rule_hits
from flows.year.locations import YearPaths
from flows.year.year_state import load_year_state
from ledger.ledger import Ledger
from review.county_state import find_recorded_roster


def show_hits(paths_by_year: Sequence[YearPaths], *, as_json: bool) -> ExitCode:
    """Print a line for each rule and year; years without a record are left out."""
    messages = paths_by_year[0].open_contracts().get_messages()
    with paths_by_year[0].open_ledger(must_exist=True) as ledger:
        hits = [hit for paths in paths_by_year for hit in _load_hits(paths, ledger)]
    if as_json:
        print_json({"rules": [asdict(hit) for hit in hits]})
        return ExitCode.CLEAR
    if not hits:
        print_error(messages("hits.none"))
        return ExitCode.CLEAR
    for hit in sorted(hits, key=lambda hit: (hit.rule, hit.year)):
        print_line(_format_hit(hit, messages))
    return ExitCode.CLEAR


def _load_hits(paths: YearPaths, ledger: Ledger) -> Iterator[RuleHits]:
    roster = find_recorded_roster(ledger.list_entries(paths.year))
    if roster is not None:
        yield from count_rule_hits(load_year_state(paths, ledger, roster))


def _format_hit(hit: RuleHits, messages: Messages) -> str:
    counts = {name: str(value) for name, value in asdict(hit).items()}
    return messages("hits.line", **counts)
