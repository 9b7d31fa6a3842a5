"""The tables of a sample submission of a county with a plan; every township meets its target."""

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
    """Yield each sheet of the submission as its name and its rows; the reported figures equal the plan's targets."""
    for form in submission.forms:
        if form.layout is Layout.PAIRS:
            yield form.sheet_names[0], _build_cover_rows(submission, form, (plan, county), messages)
        else:
            yield form.sheet_names[0], _build_table_rows(form, plan, submission.year, messages)


def _build_cover_rows(
    submission: Submission, form: Form, plan_and_county: tuple[Plan, County], messages: Messages
) -> SampleRows:
    plan, county = plan_and_county
    empty_sample = Sample(
        county=county,
        year=submission.year,
        townships=(),
        added=(),
        supplemented=(),
        taken_out=(),
        random=Random(0),  # noqa: S311 - nothing is drawn from it
    )
    city = submission.register.cities[county.city]
    return build_cover_rows(empty_sample, form, city, messages, {"plan_number": plan.document_number})


def _build_table_rows(form: Form, plan: Plan, year: int, messages: Messages) -> SampleRows:
    """Yield the rows of a table: title, unit, headings, one row per township, total row."""
    padding = (None,) * (len(form.fields) - 1)
    figures = form.get_fields_by_role(Role.FIGURE)
    yield (_format_title(form, messages), *padding)
    yield (messages("sample.unit", unit=form.unit), *padding)
    yield form.headings
    for serial, township in enumerate(_find_measure(figures[0], form, plan).townships, start=1):
        values_by_role: dict[Role, SampleValue] = {Role.SERIAL: serial, Role.TOWNSHIP: township}
        targets: dict[str, SampleValue] = {}
        for field in figures:
            targets[field.name] = _get_target(field, _find_measure(field, form, plan), township, year)
        yield tuple(values_by_role.get(field.role, targets.get(field.name)) for field in form.fields)
    totals: dict[str, SampleValue] = {}
    for field in figures:
        totals[field.name] = _sum_targets(field, _find_measure(field, form, plan), year)
    totals[form.get_fields_by_role(Role.SERIAL)[0].name] = form.total_names[0]
    yield tuple(totals.get(field.name) for field in form.fields)


def _format_title(form: Form, messages: Messages) -> str:
    """Return the title, marked as made up if the form reports what was done; targets are the plan's own figures."""
    if any(field.measure for field in form.get_fields_by_role(Role.FIGURE)):
        return messages("sample.made_up", title=form.title)
    return form.title


def _find_measure(field: Field, form: Form, plan: Plan) -> Measure:
    """Return the measure that a column names, or else the longest one that the form's name begins with."""
    if field.measure:
        return plan.measures[field.measure]
    return plan.measures[max(filter(form.name.startswith, plan.measures), key=len)]


def _get_target(field: Field, measure: Measure, township: str, year: int) -> Decimal:
    """Return the target of a column's own year; of *year* for a column on what was done; else that of all years."""
    if field.year:
        return measure.townships[township][field.year]
    if field.measure:
        return measure.townships[township][year]
    return measure.totals_by_township[township]


def _sum_targets(field: Field, measure: Measure, year: int) -> Decimal:
    return sum((_get_target(field, measure, township, year) for township in measure.townships), Decimal(0))
