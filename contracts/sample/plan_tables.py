"""The tables of a made-up submission of a county that works to a plan: every township does what it was to do."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from contracts.contract_library import Submission
from contracts.form_model import Field, Form, Layout, Role
from contracts.messages import Wording
from contracts.plans import Measure, Plan
from contracts.registers import County
from contracts.sample.balances import Value
from contracts.sample.figures import Sample
from contracts.sample.rows import cover_rows

Rows = Iterator[tuple[Value, ...]]


def planned_sheets(submission: Submission, plan: Plan, county: County, words: Wording) -> Iterator[tuple[str, Rows]]:
    """Return each sheet of the submission: its name and its rows; the plan's targets, and all that was due done."""
    for form in submission.forms:
        if form.layout is Layout.PAIRS:
            yield form.sheet_names[0], _cover(submission, form, (plan, county), words)
        else:
            yield form.sheet_names[0], _table(form, plan, submission.year, words)


def _cover(submission: Submission, form: Form, whose: tuple[Plan, County], words: Wording) -> Rows:
    plan, county = whose
    blank = Sample(
        county=county,
        year=submission.year,
        places=(),
        added=(),
        supplemented=(),
        taken_out=(),
        random=Random(0),  # noqa: S311 - nothing is drawn from it
    )
    city = submission.register.cities[county.city]
    return cover_rows(blank, form, city, words, {"plan_number": plan.document})


def _table(form: Form, plan: Plan, year: int, words: Wording) -> Rows:
    """Lay a table out: title, unit, headings, a row a township, the total row."""
    blank = (None,) * (len(form.fields) - 1)
    figures = form.of_role(Role.FIGURE)
    made_up = any(one.measure for one in figures)  # what was done; the targets are the plan's own
    yield (words("sample.made_up", title=form.title) if made_up else form.title, *blank)
    yield (words("sample.unit", unit=form.unit), *blank)
    yield tuple(one.heading for one in form.fields)
    names = _measure(figures[0], form, plan).townships
    for serial, name in enumerate(names, start=1):
        said: dict[Role, Value] = {Role.SERIAL: serial, Role.TOWNSHIP: name}
        row = {one.name: _target(one, _measure(one, form, plan), name, year) for one in figures}
        yield tuple(said.get(one.role, row.get(one.name)) for one in form.fields)
    totals: dict[str, Value] = {one.name: _sum(one, _measure(one, form, plan), year) for one in figures}
    totals[form.of_role(Role.SERIAL)[0].name] = form.total_names[0]
    yield tuple(totals.get(one.name) for one in form.fields)


def _measure(one: Field, form: Form, plan: Plan) -> Measure:
    """Return the measure that a column names, else the one at the head of the form's name."""
    named = one.measure or max((name for name in plan.measures if form.name.startswith(name)), key=len)
    return plan.measures[named]


def _target(one: Field, measure: Measure, township: str, year: int) -> Decimal:
    """Return what stands in a column: the target of its year, of this year where it says what was done, or of all."""
    of = one.year or (year if one.measure else None)
    return measure.totals[township] if of is None else measure.townships[township][of]


def _sum(one: Field, measure: Measure, year: int) -> Decimal:
    return sum((_target(one, measure, name, year) for name in measure.townships), Decimal(0))
