"""The rows of a made-up submission, field by field; words come from the contracts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import cycle
from typing import TypeAlias

from contracts.form_model import PLACEHOLDER, Form, Role
from contracts.messages import Wording
from contracts.sample.balances import (
    YEARS,
    Row,
    Value,
    amount_of,
    land_at_start,
    plan_balances,
    summary_figures,
    total_of,
)
from contracts.sample.figures import ZERO, Plot, Sample, mu, share, sums

Maker: TypeAlias = Callable[[Sample, Form, Wording], Iterable[Row]]

SUPPLEMENTED, TAKEN_OUT = 20_000_000, 40_000_000  # parcel numbers of the three tables do not meet
VILLAGES = 9
_PLANNED = tuple(map(Decimal, ("1.08", "0.97", "1", "0.92")))  # of what was done: some ahead, some behind


def projects(sample: Sample, _: Form, words: Wording) -> Iterator[Row]:
    """List the projects, planned for three times what the first year brings."""
    balances = {one["project"]: one for one in plan_balances(sample)}
    for code, places in sample.projects.items():
        balance = balances[code]
        yield {
            "project": code,
            "project_name": words("sample.project", county=sample.county.name, serial=code[-1]),
            "units": "、".join(one.name for one in places),
            "approval_number": words("sample.approval", year=sample.first, serial=code[-1]),
            "approved_on": f"{sample.first}-03-15",
            "from_year": sample.first,
            "until_year": sample.first + YEARS - 1,
            "base_map_year": sample.first - 1,
            "survey_year": sample.year,
            **{name: balance[name] for name in ("farm_base", "cons_base", "planned_new", "planned_pbf_in")},
        }


def summary(sample: Sample, _: Form, words: Wording) -> Iterator[Row]:
    """Report each project in each township."""
    for row in summary_figures(sample):
        outside = row["pbf_in_county"]
        yield {**row, "county_reason": words("sample.reason") if outside else None}


def new_farmland(sample: Sample, form: Form, words: Wording) -> Iterator[Row]:
    """List the added plots."""
    names = form.field("class_after").labels
    fixed = {name: form.field(name).codes[0] for name in ("ownership", "grade_standard", "origin", "used_linkage")}
    keeper = words("sample.keeper")
    before = form.field("class_before")
    for one in sample.added:
        wild = before.codes[3 + one.number % 12]
        yield {
            **_location(one, "X", one.number, sample),
            **fixed,
            "sub_project": one.place.sub_project,
            "owner": words("sample.owner", township=one.place.name),
            "class_before": wild,
            "class_before_name": before.labels[wild],
            "class_after": one.land,
            "class_after_name": names[one.land],
            "plot_area": one.gross,
            "bank_ratio": one.ratio,
            "deducted": one.deducted,
            "new_area": one.net,
            "new_mu": mu(one.net),
            "accepted_number": words("sample.acceptance", year=sample.year, serial=one.number),
            "accepted_on": f"{sample.year}-10-{1 + one.number % 28:02d}",
            "survey_year": sample.year,
            "used_balance": form.field("used_balance").codes[one.number % 2],
            "keeper": keeper,
            "coordinates": f"{sample.county.code}-{one.place.project}.txt",
        }


def pbf_in(sample: Sample, form: Form, _: Wording) -> Iterator[Row]:
    """List the supplemented plots."""
    for one in sample.supplemented:
        yield {
            **_location(one, "B", SUPPLEMENTED + one.number, sample),
            **_basic(one, form),
            "scope": form.field("scope").codes[0 if one.inside else 1],
            "is_new": form.field("is_new").codes[0],
            "database_state": form.field("database_state").codes[0],
        }


def pbf_out(sample: Sample, form: Form, words: Wording) -> Iterator[Row]:
    """List the plots taken out."""
    reasons = form.field("reason").codes
    for one in sample.taken_out:
        yield {
            **_location(one, "D", TAKEN_OUT + one.number, sample),
            **_basic(one, form),
            "reason": reasons[one.number % len(reasons)],
            "plan_number": words("sample.approval", year=sample.first, serial=one.place.project[-1]),
        }


def _location(plot: Plot, letter: str, parcel: int, sample: Sample) -> Row:
    village = f"{plot.place.code}{200 + plot.number % VILLAGES}"
    return {
        "plot": f"{sample.county.code}{sample.year}{letter}{plot.number:06d}",
        "project": plot.place.project,
        "town_code": plot.place.code,
        "township": plot.place.name,
        "village_code": village,
        "location_code": f"{village}0000000",
        "parcel": f"{parcel:08d}",
        "slope": str(plot.slope),
        "grade": str(plot.grade),
    }


def _basic(plot: Plot, form: Form) -> Row:
    return {
        "class_code": plot.land,
        "class_name": form.field("class_code").labels[plot.land],
        "area": plot.net,
        "mu": mu(plot.net),
        "grade_standard": form.field("grade_standard").codes[0],
    }


def sub_projects(sample: Sample, form: Form, words: Wording) -> Iterator[Row]:
    """List one sub-project a place, accepted before the year's end."""
    added = sums(sample.added)
    fixed = {name: form.field(name).codes[0] for name in ("kind", "mode", "accepted")}
    for at, place in enumerate(sample.places):
        done = added.get(place, {}).get("all", ZERO)
        yield {
            **fixed,
            "sub_project": place.sub_project,
            "project": place.project,
            "name": words("sample.sub_project", township=place.name),
            "department": words("sample.department"),
            "number": words("sample.approval", year=sample.year, serial=f"{at + 1:02d}"),
            "started": f"{sample.year}-04-01",
            "finished": f"{sample.year}-08-31",
            "accepted_number": words("sample.acceptance", year=sample.year, serial=f"{at + 1:02d}"),
            "accepted_on": f"{sample.year}-09-20",
            "planned_new": done,
            "done_new": done,
            **dict.fromkeys(("planned_money", "done_money", "funds"), Decimal(120 + at * at * 17)),
            "archived": form.field("archived").codes[1],
            "progress": 100,
        }


def task_progress(sample: Sample, _: Form, __: Wording) -> Iterator[Row]:
    """Hold what each township completed against what was planned for it."""
    added = sums(sample.added)
    done: dict[str, Decimal] = {}
    for place in sample.places:
        done[place.name] = done.get(place.name, ZERO) + added.get(place, {}).get("all", ZERO)
    for (name, amount), part in zip(done.items(), cycle(_PLANNED), strict=False):
        planned = (amount * part).quantize(Decimal(1)) + 1
        yield {"township": name, "planned": planned, "done": amount, "rate": share(amount, planned)}


def linkage(sample: Sample, _: Form, __: Wording) -> Iterator[Row]:
    """List one dismantled plot."""
    figures = {"reclaimed": "12.5", "farmland": "9.3", "built": "6.2", "saved": "6.3", "used": "2.1", "left": "4.2"}
    amounts = {name: Decimal(text) for name, text in figures.items()}
    yield {"plot": f"{sample.county.code}{sample.year}C000001", "township": sample.places[0].name, **amounts}


def land_use(sample: Sample, form: Form, _: Wording) -> Iterator[Row]:
    """Report land by class: what one gains, others lose."""
    gained = mu(sum((one.net for one in sample.added), ZERO))
    classes = form.field("land_class").codes
    begins = land_at_start(sample, len(classes))
    total = sum(begins, ZERO)
    for at, (name, begin) in enumerate(zip(classes, begins, strict=True)):
        increase, decrease = (gained if at == 0 else ZERO), (gained if at == len(classes) - 1 else ZERO)
        end = begin + increase - decrease
        yield {
            "land_class": name,
            "begin": begin,
            "increase": increase,
            "decrease": decrease,
            "end": end,
            "share": share(end, total),
        }


def report(sample: Sample, form: Form, _: Wording) -> Iterator[Row]:
    """Write the report as the template does, with the totals of the summary."""
    rows = list(summary_figures(sample))
    facts = {"year": str(sample.year), "county": sample.county.name}
    for one in form.paragraphs:
        said = PLACEHOLDER.sub(lambda found: str(total_of(rows, found["column"])), one.text)
        yield {"heading": one.heading, "text": said.format(**facts)}


ROWS: Mapping[str, Maker] = {
    "land_use": land_use,
    "linkage": linkage,
    "new_farmland": new_farmland,
    "pbf_in": pbf_in,
    "pbf_out": pbf_out,
    "projects": projects,
    "report": report,
    "sub_projects": sub_projects,
    "summary": summary,
    "task_progress": task_progress,
}


def sheet_rows(sample: Sample, form: Form, words: Wording) -> Iterator[tuple[Value, ...]]:
    """Lay a form out: title, unit, headings, the rows, and the total row where the form has one."""
    width = len(form.fields)
    yield (form.title, *[None] * (width - 1))
    yield (words("sample.unit", unit=form.unit) if form.unit else None, *[None] * (width - 1))
    yield tuple(one.heading for one in form.fields)
    figures = {one.name: ZERO for one in form.of_role(Role.FIGURE)}
    for serial, row in enumerate(ROWS[form.name](sample, form, words) if form.name in ROWS else (), start=1):
        for name in figures:
            figures[name] += amount_of(row[name])
        yield tuple(serial if one.role is Role.SERIAL else row.get(one.name) for one in form.fields)
    if form.total_names:
        first = form.of_role(Role.SERIAL)[0].name
        yield tuple(form.total_names[0] if one.name == first else figures.get(one.name) for one in form.fields)


def cover_rows(
    sample: Sample, form: Form, city: str, words: Wording, known: Mapping[str, Value] | None = None
) -> Iterator[tuple[Value, ...]]:
    """Fill in the cover; *known* is what is not made up."""
    entries: dict[str, Value] = {
        "year": sample.year,
        "county_code": sample.county.code,
        "county_name": sample.county.name,
        "city_name": city,
        "plan_number": words("sample.approval", year=sample.first, serial="1"),
        "version": 1,
        "submission_round": form.field("submission_round").codes[0],
        "sealed": form.field("sealed").codes[0],
        "compiled_by": words("sample.compiled_by", county=sample.county.name),
        **{name: words(f"sample.{name}") for name in ("filled_by", "checked_by", "responsible")},
        "filled_on": f"{sample.year + 1}-01-10",
        **(known or {}),
    }
    yield (words("sample.cover"), None)
    yield (None, None)
    yield from ((one.heading, entries[one.name]) for one in form.fields if one.name in entries)
