"""The tables of a made-up submission of a county that works to a plan: every township does what it was to do."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from contracts.contract_library import Submission
from contracts.form_model import Field, Form, Layout, Role
from contracts.messages import Messages
from contracts.plans import Measure, Plan
from contracts.registers import County
from contracts.sample.balances import SampleValue
from contracts.sample.figures import Sample
from contracts.sample.rows import build_cover_rows

SampleRows = Iterator[tuple[SampleValue, ...]]


def build_plan_sheets(
    submission: Submission, plan: Plan, county: County, messages: Messages
) -> Iterator[tuple[str, SampleRows]]:
    """Return each sheet of the submission: its name and its rows; the plan's targets, and all that was due done."""
    for form in submission.forms:
        if form.layout is Layout.PAIRS:
            yield form.sheet_names[0], _build_cover_rows(submission, form, (plan, county), messages)
        else:
            yield form.sheet_names[0], _build_table_rows(form, plan, submission.year, messages)


def _build_cover_rows(
    submission: Submission, form: Form, plan_and_county: tuple[Plan, County], messages: Messages
) -> SampleRows:
    plan, county = plan_and_county
    blank = Sample(
        county=county,
        year=submission.year,
        townships=(),
        added=(),
        supplemented=(),
        taken_out=(),
        random=Random(0),  # noqa: S311 - nothing is drawn from it
    )
    city = submission.register.cities[county.city]
    return build_cover_rows(blank, form, city, messages, {"plan_number": plan.document_number})


def _build_table_rows(form: Form, plan: Plan, year: int, messages: Messages) -> SampleRows:
    """Lay a table out: title, unit, headings, a row a township, the total row."""
    blank = (None,) * (len(form.fields) - 1)
    figures = form.get_fields_by_role(Role.FIGURE)
    made_up = any(one.measure for one in figures)  # what was done; the targets are the plan's own
    yield (messages("sample.made_up", title=form.title) if made_up else form.title, *blank)
    yield (messages("sample.unit", unit=form.unit), *blank)
    yield tuple(one.heading for one in form.fields)
    names = _find_measure(figures[0], form, plan).townships
    for serial, name in enumerate(names, start=1):
        said: dict[Role, SampleValue] = {Role.SERIAL: serial, Role.TOWNSHIP: name}
        row = {one.name: _get_target(one, _find_measure(one, form, plan), name, year) for one in figures}
        yield tuple(said.get(one.role, row.get(one.name)) for one in form.fields)
    totals: dict[str, SampleValue] = {
        one.name: _sum_targets(one, _find_measure(one, form, plan), year) for one in figures
    }
    totals[form.get_fields_by_role(Role.SERIAL)[0].name] = form.total_names[0]
    yield tuple(totals.get(one.name) for one in form.fields)


def _find_measure(field: Field, form: Form, plan: Plan) -> Measure:
    """Return the measure that a column names, else the one at the head of the form's name."""
    named = field.measure or max((name for name in plan.measures if form.name.startswith(name)), key=len)
    return plan.measures[named]


def _get_target(field: Field, measure: Measure, township: str, year: int) -> Decimal:
    """Return what stands in a column: the target of its year, of this year where it says what was done, or of all."""
    of = field.year or (year if field.measure else None)
    return measure.totals_by_township[township] if of is None else measure.townships[township][of]


def _sum_targets(field: Field, measure: Measure, year: int) -> Decimal:
    return sum((_get_target(field, measure, name, year) for name in measure.townships), Decimal(0))
