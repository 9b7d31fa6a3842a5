"""Who changed one value when: over the versions of a county, then by the decisions on its cell."""

from collections.abc import Iterator
from dataclasses import dataclass

from checks.model.cell_ref import CellRef
from checks.model.finding import Refusal
from checks.versions.row_identity import build_form_snapshots
from checks.versions.version_diff import FormSnapshot, RowSnapshot
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from review.county_state import CountyState, SubmissionVersion
from review.events import Event
from workbooks.reader.read_workbook import read_workbook


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """What a cell means, independent of its position: form, name of the row, field and heading."""

    form: str
    row: str
    field: str
    heading: str


@dataclass(frozen=True, slots=True)
class StepDecision:
    """A decision on the version that has a value: the action's name, the officer, the day, the document number."""

    action: str
    officer: str
    date: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueStep:
    """The value in one version, or after a reduction: *value* is None if the version has no such row or table.

    *file* is the name under which the version was received, *at* when it was (UTC, ISO 8601). A reduction has the
    *officer* who decided it, its *date* and its *reason*. *decisions* are those on the version, oldest first.
    """

    version: int
    value: str | None
    cell: str
    file: str = ""
    at: str = ""
    officer: str = ""
    date: str = ""
    reason: str = ""
    decisions: tuple[StepDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueHistory:
    """What the value is, and its steps from the first version on."""

    place: ValuePlace
    steps: tuple[ValueStep, ...]


def trace_value(state: YearState, county: str, cell: CellRef) -> ValueHistory | None:
    """Return the history of the value that stands in *cell* of the county's newest version; None if it is no value.

    Rows are found by their name in every version, so that rows inserted above change nothing.
    """
    county_state = state.county_states.get(county)
    if county_state is None or county_state.newest_version is None:
        return None
    store = state.paths.open_store()
    newest_forms = load_forms(state, store, county_state.newest_version)
    place = _find_place(newest_forms, cell)
    if place is None:
        return None
    return ValueHistory(place, tuple(_list_steps(state, store, county_state, place)))


def load_forms(state: YearState, store: ObjectStore, version: SubmissionVersion) -> dict[str, FormSnapshot]:
    """Return what a version has in each of its forms; empty if its file cannot be read any more."""
    workbook = read_workbook(store.load_object(version.sha256), state.messages)
    if isinstance(workbook, Refusal):
        return {}
    return build_form_snapshots(workbook, state.library, state.messages)


def _find_place(forms: dict[str, FormSnapshot], cell: CellRef) -> ValuePlace | None:
    for name, form in forms.items():
        for row in form.rows:
            for field in row.texts:
                if form.get_cell(row, field) == cell:
                    return ValuePlace(name, row.key, field, form.form.get_field(field).heading)
    return None


def _list_steps(
    state: YearState, store: ObjectStore, county_state: CountyState, place: ValuePlace
) -> Iterator[ValueStep]:
    for version in county_state.versions:
        form = load_forms(state, store, version).get(place.form)
        row = _find_row(form, place.row)
        if form is None or row is None or place.field not in row.texts:
            yield ValueStep(
                version=version.number,
                value=None,
                cell="",
                file=version.name,
                at=version.received_at,
                decisions=tuple(_list_decisions(state, county_state, version)),
            )
            continue
        cell = form.get_cell(row, place.field)
        yield ValueStep(
            version=version.number,
            value=row.texts[place.field],
            cell=f"{cell.sheet}!{cell.address}",
            file=version.name,
            at=version.received_at,
            decisions=tuple(_list_decisions(state, county_state, version)),
        )
        yield from _list_reductions(county_state, version, cell)


def _list_decisions(state: YearState, county_state: CountyState, version: SubmissionVersion) -> Iterator[StepDecision]:
    for event in county_state.list_decisions(version.sha256):
        action = state.procedure.find_action(event.level, event.action)
        name = action.name if action is not None else event.action
        officer, date, number = (str(event.facts.get(fact, "")) for fact in ("title", "date", "number"))
        yield StepDecision(name, officer, date, number)


def _find_row(form: FormSnapshot | None, key: str) -> RowSnapshot | None:
    rows = form.rows if form is not None else ()
    return next((row for row in rows if row.key == key), None)


def _list_reductions(county_state: CountyState, version: SubmissionVersion, cell: CellRef) -> Iterator[ValueStep]:
    for reduction in county_state.reductions:
        if (reduction.sha256, reduction.sheet, reduction.cell) != (version.sha256, cell.sheet, cell.address):
            continue
        decision = _find_decision(county_state, version, reduction.reason)
        yield ValueStep(
            version=version.number,
            value=reduction.after,
            cell=f"{cell.sheet}!{cell.address}",
            officer=str(decision.facts["title"]) if decision else "",
            date=str(decision.facts["date"]) if decision else "",
            reason=reduction.reason,
        )


def _find_decision(county_state: CountyState, version: SubmissionVersion, reason: str) -> Event | None:
    """Return the decision on a version that gives this reason for a reduction."""
    for decision in reversed(county_state.decisions):
        if decision.sha256 == version.sha256 and reason in str(decision.facts.get("lines", "")):
            return decision
    return None
