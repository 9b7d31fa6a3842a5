"""The rows of a made-up submission, field by field; words come from the contracts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import cycle
from typing import TypeAlias

from contracts.form_model import TOTAL_PLACEHOLDER, Form, Role
from contracts.messages import Messages
from contracts.sample.balances import (
    PROJECT_YEARS,
    SampleRow,
    SampleValue,
    compute_land_at_start,
    compute_plan_balances,
    compute_summary_figures,
    get_amount,
    sum_column,
)
from contracts.sample.figures import ZERO, Sample, SamplePlot, compute_percentage, convert_to_mu, sum_mu_by_township

RowBuilder: TypeAlias = Callable[[Sample, Form, Messages], Iterable[SampleRow]]

SUPPLEMENTED_PARCEL_OFFSET, TAKEN_OUT_PARCEL_OFFSET = (
    20_000_000,
    40_000_000,
)  # parcel numbers of the three tables do not meet
VILLAGES_PER_TOWNSHIP = 9
_PLANNED_SHARES = tuple(map(Decimal, ("1.08", "0.97", "1", "0.92")))  # of what was done: some ahead, some behind


def build_project_rows(sample: Sample, _: Form, messages: Messages) -> Iterator[SampleRow]:
    """List the projects, planned for three times what the first year brings."""
    balances = {one["project"]: one for one in compute_plan_balances(sample)}
    for code, places in sample.townships_by_project.items():
        balance = balances[code]
        yield {
            "project": code,
            "project_name": messages("sample.project", county=sample.county.name, serial=code[-1]),
            "units": "、".join(one.name for one in places),
            "approval_number": messages("sample.approval", year=sample.first_year, serial=code[-1]),
            "approved_on": f"{sample.first_year}-03-15",
            "from_year": sample.first_year,
            "until_year": sample.first_year + PROJECT_YEARS - 1,
            "base_map_year": sample.first_year - 1,
            "survey_year": sample.year,
            **{name: balance[name] for name in ("farm_base", "cons_base", "planned_new", "planned_pbf_in")},
        }


def build_summary_rows(sample: Sample, _: Form, messages: Messages) -> Iterator[SampleRow]:
    """Report each project in each township."""
    for row in compute_summary_figures(sample):
        outside = row["pbf_in_county"]
        yield {**row, "county_reason": messages("sample.reason") if outside else None}


def build_new_farmland_rows(sample: Sample, form: Form, messages: Messages) -> Iterator[SampleRow]:
    """List the added plots."""
    names = form.get_field("class_after").labels
    fixed = {name: form.get_field(name).codes[0] for name in ("ownership", "grade_standard", "origin", "used_linkage")}
    keeper = messages("sample.keeper")
    before = form.get_field("class_before")
    for one in sample.added:
        wild = before.codes[3 + one.number % 12]
        yield {
            **_build_location(one, "X", one.number, sample),
            **fixed,
            "sub_project": one.township.sub_project,
            "owner": messages("sample.owner", township=one.township.name),
            "class_before": wild,
            "class_before_name": before.labels[wild],
            "class_after": one.land_class,
            "class_after_name": names[one.land_class],
            "plot_area": one.gross_area,
            "bank_ratio": one.bank_ratio,
            "deducted": one.bank_area,
            "new_area": one.net_area,
            "new_mu": convert_to_mu(one.net_area),
            "accepted_number": messages("sample.acceptance", year=sample.year, serial=one.number),
            "accepted_on": f"{sample.year}-10-{1 + one.number % 28:02d}",
            "survey_year": sample.year,
            "used_balance": form.get_field("used_balance").codes[one.number % 2],
            "keeper": keeper,
            "coordinates": f"{sample.county.code}-{one.township.project}.txt",
        }


def build_supplemented_rows(sample: Sample, form: Form, _: Messages) -> Iterator[SampleRow]:
    """List the supplemented plots."""
    for one in sample.supplemented:
        yield {
            **_build_location(one, "B", SUPPLEMENTED_PARCEL_OFFSET + one.number, sample),
            **_build_basic_farmland(one, form),
            "scope": form.get_field("scope").codes[0 if one.is_inside_project else 1],
            "is_new": form.get_field("is_new").codes[0],
            "database_state": form.get_field("database_state").codes[0],
        }


def build_taken_out_rows(sample: Sample, form: Form, messages: Messages) -> Iterator[SampleRow]:
    """List the plots taken out."""
    reasons = form.get_field("reason").codes
    for one in sample.taken_out:
        yield {
            **_build_location(one, "D", TAKEN_OUT_PARCEL_OFFSET + one.number, sample),
            **_build_basic_farmland(one, form),
            "reason": reasons[one.number % len(reasons)],
            "plan_number": messages("sample.approval", year=sample.first_year, serial=one.township.project[-1]),
        }


def _build_location(plot: SamplePlot, plot_prefix: str, parcel_number: int, sample: Sample) -> SampleRow:
    village = f"{plot.township.code}{200 + plot.number % VILLAGES_PER_TOWNSHIP}"
    return {
        "plot": f"{sample.county.code}{sample.year}{plot_prefix}{plot.number:06d}",
        "project": plot.township.project,
        "town_code": plot.township.code,
        "township": plot.township.name,
        "village_code": village,
        "location_code": f"{village}0000000",
        "parcel": f"{parcel_number:08d}",
        "slope": str(plot.slope),
        "grade": str(plot.grade),
    }


def _build_basic_farmland(plot: SamplePlot, form: Form) -> SampleRow:
    return {
        "class_code": plot.land_class,
        "class_name": form.get_field("class_code").labels[plot.land_class],
        "area": plot.net_area,
        "mu": convert_to_mu(plot.net_area),
        "grade_standard": form.get_field("grade_standard").codes[0],
    }


def build_sub_project_rows(sample: Sample, form: Form, messages: Messages) -> Iterator[SampleRow]:
    """List one sub-project a place, accepted before the year's end."""
    added = sum_mu_by_township(sample.added)
    fixed = {name: form.get_field(name).codes[0] for name in ("kind", "mode", "accepted")}
    for at, place in enumerate(sample.townships):
        done = added.get(place, {}).get("all", ZERO)
        yield {
            **fixed,
            "sub_project": place.sub_project,
            "project": place.project,
            "name": messages("sample.sub_project", township=place.name),
            "department": messages("sample.department"),
            "number": messages("sample.approval", year=sample.year, serial=f"{at + 1:02d}"),
            "started": f"{sample.year}-04-01",
            "finished": f"{sample.year}-08-31",
            "accepted_number": messages("sample.acceptance", year=sample.year, serial=f"{at + 1:02d}"),
            "accepted_on": f"{sample.year}-09-20",
            "planned_new": done,
            "done_new": done,
            **dict.fromkeys(("planned_money", "done_money", "funds"), Decimal(120 + at * at * 17)),
            "archived": form.get_field("archived").codes[1],
            "progress": 100,
        }


def build_task_progress_rows(sample: Sample, _: Form, __: Messages) -> Iterator[SampleRow]:
    """Hold what each township completed against what was planned for it."""
    added = sum_mu_by_township(sample.added)
    done: dict[str, Decimal] = {}
    for place in sample.townships:
        done[place.name] = done.get(place.name, ZERO) + added.get(place, {}).get("all", ZERO)
    for (name, amount), part in zip(done.items(), cycle(_PLANNED_SHARES), strict=False):
        planned = (amount * part).quantize(Decimal(1)) + 1
        yield {"township": name, "planned": planned, "done": amount, "rate": compute_percentage(amount, planned)}


def build_linkage_rows(sample: Sample, _: Form, __: Messages) -> Iterator[SampleRow]:
    """List one dismantled plot."""
    figures = {"reclaimed": "12.5", "farmland": "9.3", "built": "6.2", "saved": "6.3", "used": "2.1", "left": "4.2"}
    amounts = {name: Decimal(text) for name, text in figures.items()}
    yield {"plot": f"{sample.county.code}{sample.year}C000001", "township": sample.townships[0].name, **amounts}


def build_land_use_rows(sample: Sample, form: Form, _: Messages) -> Iterator[SampleRow]:
    """Report land by class: what one gains, others lose."""
    gained = convert_to_mu(sum((one.net_area for one in sample.added), ZERO))
    classes = form.get_field("land_class").codes
    begins = compute_land_at_start(sample, len(classes))
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
            "share": compute_percentage(end, total),
        }


def build_report_rows(sample: Sample, form: Form, _: Messages) -> Iterator[SampleRow]:
    """Write the report as the template does, with the totals of the summary."""
    rows = list(compute_summary_figures(sample))
    facts = {"year": str(sample.year), "county": sample.county.name}
    for one in form.paragraphs:
        said = TOTAL_PLACEHOLDER.sub(lambda found: str(sum_column(rows, found["column"])), one.text)
        yield {"heading": one.heading, "text": said.format(**facts)}


ROW_BUILDERS: Mapping[str, RowBuilder] = {
    "land_use": build_land_use_rows,
    "linkage": build_linkage_rows,
    "new_farmland": build_new_farmland_rows,
    "pbf_in": build_supplemented_rows,
    "pbf_out": build_taken_out_rows,
    "projects": build_project_rows,
    "report": build_report_rows,
    "sub_projects": build_sub_project_rows,
    "summary": build_summary_rows,
    "task_progress": build_task_progress_rows,
}


def build_sheet_rows(sample: Sample, form: Form, messages: Messages) -> Iterator[tuple[SampleValue, ...]]:
    """Lay a form out: title, unit, headings, the rows, and the total row where the form has one."""
    width = len(form.fields)
    yield (form.title, *[None] * (width - 1))
    yield (messages("sample.unit", unit=form.unit) if form.unit else None, *[None] * (width - 1))
    yield tuple(one.heading for one in form.fields)
    figures = {one.name: ZERO for one in form.get_fields_by_role(Role.FIGURE)}
    for serial, row in enumerate(
        ROW_BUILDERS[form.name](sample, form, messages) if form.name in ROW_BUILDERS else (), start=1
    ):
        for name in figures:
            figures[name] += get_amount(row[name])
        yield tuple(serial if one.role is Role.SERIAL else row.get(one.name) for one in form.fields)
    if form.total_names:
        first = form.get_fields_by_role(Role.SERIAL)[0].name
        yield tuple(form.total_names[0] if one.name == first else figures.get(one.name) for one in form.fields)


def build_cover_rows(
    sample: Sample, form: Form, city: str, messages: Messages, fixed_values: Mapping[str, SampleValue] | None = None
) -> Iterator[tuple[SampleValue, ...]]:
    """Fill in the cover; *known* is what is not made up."""
    entries: dict[str, SampleValue] = {
        "year": sample.year,
        "county_code": sample.county.code,
        "county_name": sample.county.name,
        "city_name": city,
        "plan_number": messages("sample.approval", year=sample.first_year, serial="1"),
        "version": 1,
        "submission_round": form.get_field("submission_round").codes[0],
        "sealed": form.get_field("sealed").codes[0],
        "compiled_by": messages("sample.compiled_by", county=sample.county.name),
        **{name: messages(f"sample.{name}") for name in ("filled_by", "checked_by", "responsible")},
        "filled_on": f"{sample.year + 1}-01-10",
        **(fixed_values or {}),
    }
    yield (messages("sample.cover"), None)
    yield (None, None)
    yield from ((one.heading, entries[one.name]) for one in form.fields if one.name in entries)
