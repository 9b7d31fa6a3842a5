"""Issued = accepted = filed: the amounts of every township of a year, from the plan to the province's filing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from checks.model.report import ValidationReport
from contracts.plans import Plan
from filing.context.accounts import (
    WHOLE_COUNTY,
    AmountKey,
    AmountKind,
    CountyFigures,
    build_county_figures,
    name_measures,
)
from filing.context.filing_context import IncludedCounty
from flows.analysis.filed_amounts import FiledAmounts, collect_filed_amounts
from flows.analysis.reconciled_amounts import AmountItem, AmountPlace, ReconciledAmount, Stage, StageAmount
from flows.intake.returned_files import ReturnContext
from flows.year.year_state import YearState
from review.county_state import CountyState, SubmissionVersion, restore_filed_state
from review.reductions import apply_reductions
from review.roster import DueCounty


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyReconciliation:
    """One county in one year.

    *version* is that of the filing in force, else the newest checked one, 0 if there is none. *register* is the number
    of the plan that issues the targets, empty if none is on file: then nothing says what was issued. *outdated_paths*
    are its filings, and those that include it, that the next run writes anew. *measures* are the names by id.
    """

    year: int
    code: str
    name: str
    state: str
    is_filed: bool
    register: str
    version: int = 0
    measures: Mapping[str, str] = field(default_factory=dict)
    amounts: tuple[ReconciledAmount, ...] = ()
    outdated_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _StatedFigures:
    """The figures of one version at one stage, and the value of each of its cells; *file* is the version's name."""

    stage: Stage
    file: str
    figures: CountyFigures
    values_by_cell: Mapping[tuple[str, str], Decimal]

    def find_amount(self, name: tuple[str, str, AmountKey]) -> StageAmount | None:
        """Return the amount of a measure, township and key as the sum of its cells."""
        amount = self.figures.find_amount(*name)
        if amount is None:
            return None
        values = {AmountPlace(self.file, *source): self.values_by_cell[source] for source in amount.sources}
        return StageAmount(stage=self.stage, values=values)

    def has_amounts(self, measure: str, key: AmountKey) -> bool:
        """Return whether any township has an amount of this kind."""
        return any((name[0], name[2]) == (measure, key) for name in self.figures.amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CountySource:
    """What the amounts of a county come from: its plan, its version, what this states before and after reductions."""

    year: int
    plan: Plan | None
    county_state: CountyState
    version: SubmissionVersion
    measures: Mapping[str, str]
    accepted: _StatedFigures
    reviewed: _StatedFigures
    is_reviewed: bool = False

    @property
    def stated(self) -> tuple[_StatedFigures, ...]:
        """What the version states; reviewed figures only once the city has approved it, or reduced a figure."""
        has_reductions = any(reduction.sha256 == self.version.sha256 for reduction in self.county_state.reductions)
        if self.is_reviewed or has_reductions:
            return (self.accepted, self.reviewed)
        return (self.accepted,)


def reconcile_year(state: YearState) -> tuple[CountyReconciliation, ...]:
    """Return the reconciliation of every due county, in the order of the roster."""
    context = ReturnContext(state.library, state.messages, state.paths.open_store())
    filed_amounts = collect_filed_amounts(state)
    return tuple(
        _reconcile_county(state, context, due_county, filed_amounts) for due_county in state.roster.due_counties
    )


def _reconcile_county(
    state: YearState, context: ReturnContext, due_county: DueCounty, filed_amounts: FiledAmounts
) -> CountyReconciliation:
    county_state = state.county_states[due_county.code]
    plan = state.library.find_plan(due_county.code, state.paths.year)
    reconciliation = CountyReconciliation(
        year=state.paths.year,
        code=due_county.code,
        name=due_county.name,
        state=state.procedure.states.get(county_state.state, county_state.state),
        is_filed=bool(county_state.filed_sha256s),
        register=plan.document_number if plan is not None else "",
        outdated_paths=_select_paths(filed_amounts, due_county, state.roster.province[0]),
    )
    source = _load_source(state, context, due_county, plan)
    if source is None:
        return reconciliation
    source = replace(source, is_reviewed=due_county.code in filed_amounts.reviewed_codes)
    return replace(
        reconciliation,
        version=source.version.number,
        measures=source.measures,
        amounts=tuple(_list_amounts(source, filed_amounts)),
    )


def _select_paths(filed_amounts: FiledAmounts, due_county: DueCounty, province: str) -> tuple[str, ...]:
    codes = (due_county.code, due_county.city, province)
    return tuple(path for path in filed_amounts.outdated_paths if path.rpartition("/")[2].startswith(codes))


def _load_source(
    state: YearState, context: ReturnContext, due_county: DueCounty, plan: Plan | None
) -> _CountySource | None:
    """Return the version in force, else the newest checked one; None if no version was checked."""
    county_state = state.county_states[due_county.code]
    county_state = restore_filed_state(state.procedure, county_state) or county_state
    if not county_state.checked_versions:
        return None
    version = county_state.checked_versions[-1]
    county = IncludedCounty(
        due_county=due_county, county_state=county_state, report=context.load_report(version), plan=plan
    )
    measures = name_measures((county,), state.messages)
    targets = state.library.get_filing_layout().target_columns

    def collect_figures(stage: Stage, report: ValidationReport) -> _StatedFigures:
        # The plan is a stage of its own here: it must not stand in for targets that the county did not state.
        figures = build_county_figures(replace(county, report=report, plan=None), tuple(measures), targets)
        values_by_cell = {(figure.sheet, figure.cell): Decimal(figure.amount) for figure in report.figures}
        return _StatedFigures(stage=stage, file=version.name, figures=figures, values_by_cell=values_by_cell)

    return _CountySource(
        year=state.paths.year,
        plan=plan,
        county_state=county_state,
        version=version,
        measures=measures,
        accepted=collect_figures(Stage.ACCEPTED, county.report),
        reviewed=collect_figures(Stage.REVIEWED, apply_reductions(county.report, county_state)),
    )


def _list_amounts(source: _CountySource, filed_amounts: FiledAmounts) -> Iterator[ReconciledAmount]:
    reasons = _list_reasons(source)
    for measure in source.measures:
        for township in _list_townships(source.plan, measure, source.accepted.figures):
            for item, key in ((AmountItem.TARGET, source.year), (AmountItem.DONE, AmountKind.DONE)):
                stages = (
                    *_list_own_stages(source, (measure, township, key)),
                    *filed_amounts.amounts.get((source.county_state.county, measure, township, item), ()),
                )
                if stages:
                    yield ReconciledAmount(
                        township=township, measure=measure, item=item, stages=stages, reasons=reasons
                    )


def _list_own_stages(source: _CountySource, name: tuple[str, str, AmountKey]) -> Iterator[StageAmount]:
    """Yield the amount as issued, accepted and reviewed; a target that the county left out is accepted as nothing."""
    issued = _find_issued(source.plan, *name)
    if issued is not None:
        yield issued
    for stated_figures in source.stated:
        amount = stated_figures.find_amount(name)
        if amount is not None:
            yield amount
        elif issued is not None and stated_figures.has_amounts(name[0], name[2]):
            yield StageAmount(stage=stated_figures.stage, values={})


def _list_townships(plan: Plan | None, measure: str, figures: CountyFigures) -> tuple[str, ...]:
    townships: dict[str, None] = {}
    if plan is not None and measure in plan.measures:
        townships |= dict.fromkeys(plan.measures[measure].townships)
    for stated_measure, township, _ in figures.amounts:
        if stated_measure == measure:
            townships.setdefault(township)
    if len(townships) > 1:
        townships.pop(WHOLE_COUNTY, None)  # the total row repeats the townships
    return tuple(townships)


def _find_issued(plan: Plan | None, measure: str, township: str, key: AmountKey) -> StageAmount | None:
    if plan is None or measure not in plan.measures or isinstance(key, AmountKind):
        return None
    target = plan.measures[measure].townships.get(township, {}).get(key)
    if target is None:
        return None
    place = AmountPlace(plan.document_number, plan.measures[measure].annex, township)
    return StageAmount(stage=Stage.ISSUED, values={place: target})


def _list_reasons(source: _CountySource) -> dict[AmountPlace, str]:
    """Return the reasons of the reductions of the version by cell."""
    reasons = {}
    for reduction in source.county_state.reductions:
        if reduction.sha256 == source.version.sha256:
            reasons[AmountPlace(source.version.name, reduction.sheet, reduction.cell)] = reduction.reason
    return reasons
