"""A proposal of what a reviewer inspects on the spot or in the files: the figures of a county that matter most."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from checks.model.report import ReportedFigure, ValidationReport
from contracts.return_policy import SamplingPolicy
from filing.context.review_context import ReviewedCounty


@dataclass(frozen=True, slots=True)
class SampledFigure:
    """A figure that is proposed, with the keys of the reasons: explained, changed, largest."""

    figure: ReportedFigure
    reasons: tuple[str, ...]


def propose_sample(county: ReviewedCounty, policy: SamplingPolicy) -> tuple[SampledFigure, ...]:
    """Return the figures of a county to inspect: explained ones, then changed ones, then the largest.

    The same submission always gives the same proposal.
    """
    if county.report is None:
        return ()
    figures = [figure for figure in county.report.figures if _is_done_figure(figure)]
    count = int((policy.share * len(figures)).to_integral_value(ROUND_CEILING))
    count = min(policy.most, max(policy.fewest, count))
    explained, changed = set(_list_explained_cells(county.report)), set(_list_changed_cells(county))
    sampled = [_collect_reasons(figure, explained, changed) for figure in figures]
    sampled.sort(key=lambda item: (-len(item.reasons), -Decimal(item.figure.amount), item.figure.sheet))
    return tuple(
        SampledFigure(item.figure, item.reasons or ("largest",)) for item in sampled[: min(count, len(sampled))]
    )


def _is_done_figure(figure: ReportedFigure) -> bool:
    return bool(figure.measure and figure.township) and figure.year is None and Decimal(figure.amount) > 0


def _collect_reasons(
    figure: ReportedFigure, explained: set[tuple[str, str]], changed: set[tuple[str, str]]
) -> SampledFigure:
    cell = (figure.sheet, figure.cell)
    reasons = []
    if cell in explained:
        reasons.append("explained")
    if cell in changed:
        reasons.append("changed")
    return SampledFigure(figure, tuple(reasons))


def _list_explained_cells(report: ValidationReport) -> Iterator[tuple[str, str]]:
    for finding in report.findings:
        if finding.is_explained:
            for cell in finding.cells:
                yield cell.sheet, cell.address


def _list_changed_cells(county: ReviewedCounty) -> Iterator[tuple[str, str]]:
    if county.changes is None:
        return
    for change in county.changes.cell_changes:
        if change.cell is not None:
            yield change.cell.sheet, change.cell.address
