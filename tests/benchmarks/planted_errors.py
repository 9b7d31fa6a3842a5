"""``python -m tests.benchmarks.planted_errors``: plant errors, obey the list of findings literally, and count."""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random

from checks.diagnosis.hypothesis_testing import apply_corrections, get_cell_content
from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, RepairStep
from checks.model.raw_workbook import CellKind, RawWorkbook
from checks.model.report import ValidationReport
from checks.validation import validate_workbook
from tests.builders.examined import warm_library, wording
from tests.builders.planted_errors import (
    BASES,
    KINDS,
    FigureCell,
    PlantedError,
    SoundSubmission,
    plant,
    seeded_random,
    sound_base,
)

_MAX_EXTRA_ROUNDS = 2


class Outcome(StrEnum):
    """What became of the figures of a clerk who does what the list of findings says."""

    TRUE = "true"
    UNSURE = "unsure"  # the finding says that it cannot know
    NO_FIGURE = "no figure"  # the finding points at cells, and names no figure
    UNSEEN = "unseen"  # there is no finding
    FALSE = "FALSE"  # a figure that was not the original one was proposed as if certain


@dataclass(frozen=True, slots=True)
class Trial:
    """Some errors planted together, and what came of them."""

    base: str
    errors: tuple[PlantedError, ...]
    outcome: Outcome
    findings: tuple[Finding, ...]
    is_named: bool
    is_first_right: bool

    @property
    def first(self) -> FigureCell:
        """The figure of the first error."""
        return self.errors[0].figure


def validate(base: SoundSubmission, book: RawWorkbook) -> tuple[Finding, ...]:
    """Return what the check finds, without remarks."""
    report = validate_workbook(book, warm_library(), wording(), history=base.history)
    assert isinstance(report, ValidationReport), report
    return tuple(finding for finding in report.findings if finding.severity.value != "report")


def is_certain(finding: Finding) -> bool:
    """Tell whether a finding proposes its first repair alone."""
    if not finding.repairs:
        return False
    return len(finding.repairs) == 1 or f"改为 {finding.repairs[0][0].after}" in finding.remedy


def obey(book: RawWorkbook, steps: Iterable[RepairStep]) -> RawWorkbook:
    """Write what a finding proposes into the workbook."""
    contents = {step.cell: (step.after, _get_kind(step.after)) for step in steps}
    return apply_corrections(book, contents)


def _get_kind(text: str) -> CellKind:
    return CellKind.NUMBER if text.replace(".", "", 1).removeprefix("-").isdigit() else CellKind.TEXT


def try_errors(base: SoundSubmission, errors: Sequence[PlantedError]) -> Trial:
    """Plant errors, obey the first proposal of the list until there is none, and compare with the sound figures."""
    texts: dict[CellRef, str] = {}
    for error in errors:
        texts.update(error.texts)
    book = apply_corrections(base.book, {cell: (text, CellKind.NUMBER) for cell, text in texts.items()})
    first_findings = findings = validate(base, book)
    touched = set(texts)
    outcome = Outcome.UNSEEN
    for _ in range(len(texts) + _MAX_EXTRA_ROUNDS):
        finding = next(filter(is_certain, findings), None)
        if finding is None:
            break
        steps = finding.repairs[0]
        book = obey(book, steps)
        touched.update(step.cell for step in steps)
        if not all(_is_original(base, book, step.cell) for step in steps):
            outcome = Outcome.FALSE
            break
        findings = validate(base, book)
    if outcome is not Outcome.FALSE:
        outcome = _judge(base, book, touched, findings)
    named = {cell for finding in first_findings for cell in finding.cells}
    return Trial(
        base.name,
        tuple(errors),
        outcome,
        first_findings,
        is_named=not named.isdisjoint(texts),
        is_first_right=_is_first_right(base, first_findings),
    )


def _is_first_right(base: SoundSubmission, findings: Iterable[Finding]) -> bool:
    """Tell whether the first repair on the list, certain or not, gives original figures."""
    first = next((finding.repairs[0] for finding in findings if finding.repairs), ())
    book = obey(base.book, first)
    return bool(first) and all(_is_original(base, book, step.cell) for step in first)


def _judge(
    base: SoundSubmission, book: RawWorkbook, touched: Iterable[CellRef], findings: Sequence[Finding]
) -> Outcome:
    if all(_is_original(base, book, cell) for cell in touched):
        return Outcome.TRUE
    if not findings:
        return Outcome.UNSEEN
    return Outcome.UNSURE if any(finding.repairs for finding in findings) else Outcome.NO_FIGURE


def _is_original(base: SoundSubmission, book: RawWorkbook, cell: CellRef) -> bool:
    before, after = get_cell_content(base.book, cell)[0] or "", get_cell_content(book, cell)[0] or ""
    if before == after:
        return True
    if _get_kind(before) is CellKind.TEXT or _get_kind(after) is CellKind.TEXT:
        return False
    return Decimal(before) == Decimal(after)


def draw_errors(base: SoundSubmission, count: int, random: Random, per_kind: int) -> Iterator[tuple[PlantedError, ...]]:
    """Yield *per_kind* sets of *count* errors for each form, cell class and kind of the first error."""
    groups: dict[tuple[str, str], list[FigureCell]] = defaultdict(list)
    for figure in base.figures:
        groups[figure.form, figure.kind].append(figure)
    for figures in groups.values():
        for kind in KINDS:
            drawn = 0
            for figure in random.sample(figures, len(figures)):
                error = plant(figure, kind, random)
                if error is None or drawn == per_kind:
                    continue
                drawn += 1
                yield (error, *_draw_others(base, error, count - 1, random))


def _draw_others(base: SoundSubmission, first: PlantedError, count: int, random: Random) -> Iterator[PlantedError]:
    used = set(first.texts)
    while count:
        error = plant(random.choice(base.figures), random.choice(KINDS), random)
        if error and used.isdisjoint(error.texts):
            used.update(error.texts)
            count -= 1
            yield error


def tabulate(trials: Iterable[Trial], key: str) -> Iterator[str]:
    """Yield the lines of a table of outcomes."""
    counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
    first_right: Counter[str] = Counter()
    for trial in trials:
        names: Mapping[str, str] = {
            "class": trial.first.kind,
            "form": f"{trial.base}: {trial.first.form} ({trial.first.kind})",
            "kind": f"{trial.first.kind}: {trial.errors[0].name}",
        }
        counts[names[key]][trial.outcome] += 1
        first_right[names[key]] += trial.is_first_right
    yield f"| {key} | cases | " + " | ".join(Outcome) + " | true of seen | first listed right |"
    yield "| --- " * (len(Outcome) + 4) + "|"
    for name, outcomes in sorted(counts.items()):
        seen = outcomes.total() - outcomes[Outcome.UNSEEN]
        share = f"{outcomes[Outcome.TRUE] / seen:.0%}" if seen else "-"
        amounts = " | ".join(str(outcomes[item]) for item in Outcome)
        yield f"| {name} | {outcomes.total()} | {amounts} | {share} | {first_right[name]} |"


def describe(trial: Trial) -> str:
    """Return a trial in a few lines, for the eye."""
    lines = [f"## {trial.outcome} {trial.base} {trial.first.form} {trial.first.kind} named={trial.is_named}"]
    for error in trial.errors:
        texts = ", ".join(f"{cell.sheet}!{cell.address}={text}" for cell, text in error.texts.items())
        lines.append(f"   {error.name}: {error.figure.text} -> {texts}")
    for finding in trial.findings[:5]:
        repairs = [[(step.cell.address, step.before, step.after) for step in repair] for repair in finding.repairs[:3]]
        lines.append(
            f"   * {finding.rule} {finding.related_rules} {finding.sheet}!{finding.cell} {finding.message}"
            f" || {finding.remedy} || {len(finding.repairs)} {repairs}"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.planted_errors", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=int, default=1, help="errors planted together")
    parser.add_argument("--per-kind", type=int, default=1, help="trials for each form, cell class and kind")
    parser.add_argument("--base", action="append", choices=BASES)
    parser.add_argument("--form")
    parser.add_argument("--class", dest="kind")
    parser.add_argument("--show", action="append", default=[], help="an outcome whose trials are printed")
    options = parser.parse_args()
    random = seeded_random(options.seed)
    trials: list[Trial] = []
    for name in options.base or BASES:
        base = sound_base(name)
        for errors in draw_errors(base, options.errors, random, options.per_kind):
            if options.form in (None, errors[0].figure.form) and options.kind in (None, errors[0].figure.kind):
                trials.append(try_errors(base, errors))
                if trials[-1].outcome in options.show:
                    sys.stdout.write(describe(trials[-1]) + "\n")
    for key in ("class", "form", "kind"):
        sys.stdout.write("\n".join(tabulate(trials, key)) + "\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
