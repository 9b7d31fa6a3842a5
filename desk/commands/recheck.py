"""``hesuan recheck``: which verdicts the contracts of today would change; nothing is recorded."""

from collections.abc import Iterator

from checks.model.finding import Refusal
from contracts.messages import Wording
from desk.console import complain, say
from desk.exit_codes import Exit
from flows.run.recheck import Rechecked, Verdict, recheck
from flows.year.locations import Places


def show_recheck(places: Places) -> Exit:
    """Print a line for each verdict that would change, and how many were looked at."""
    words = places.library().wording()
    found = recheck(places)
    if found is None:
        complain(words("archive.no_year", year=str(places.year)))
        return Exit.USAGE
    for line in recheck_lines(found, places, words):
        say(line)
    return Exit.FINDINGS if any(one.changes for one in found.verdicts) else Exit.CLEAR


def recheck_lines(found: Rechecked, places: Places, words: Wording) -> Iterator[str]:
    """Return what people read."""
    changed = [one for one in found.verdicts if one.changes]
    states = {name: state for one in places.library().procedures() for name, state in one.states.items()}
    for one in changed:
        facts = {"code": one.county, "version": str(one.version), "state": states[one.state]}
        yield words("recheck.changed", **facts, before=words(f"outcome.{one.before.outcome}"), after=_after(one, words))
    counts = {"count": len(found.verdicts), "changed": len(changed), "untouched": found.untouched}
    yield words("recheck.counted", **{name: str(count) for name, count in counts.items()})


def _after(verdict: Verdict, words: Wording) -> str:
    if isinstance(verdict.after, Refusal):
        return words("recheck.refused", message=verdict.after.message)
    rules = (
        words("recheck.rule", rule=rule, before=str(before), after=str(after))
        for rule, (before, after) in verdict.rules.items()
    )
    return words("recheck.outcome", outcome=words(f"outcome.{verdict.after.outcome}"), rules="、".join(rules))
