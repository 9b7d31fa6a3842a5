"""The rows of a sample submission, column by column; all texts come from the contracts."""

import re
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
from contracts.sample.figures import (
    ZERO,
    Sample,
    SampleTownship,
    compute_percentage,
    sum_mu_by_township,
    sum_net_mu,
)
from contracts.sample.plot_rows import (
    build_new_farmland_rows,
    build_supplemented_rows,
    build_taken_out_rows,
    get_first_codes,
)

RowBuilder: TypeAlias = Callable[[Sample, Form, Messages], Iterable[SampleRow]]

# Planned area as a share of the completed one: some townships are ahead of the plan, some behind.
_PLANNED_SHARES = tuple(map(Decimal, ("1.08", "0.97", "1", "0.92")))


def build_project_rows(sample: Sample, _: Form, messages: Messages) -> Iterator[SampleRow]:
    """Yield one row per project; the targets are three times the figures of the first year."""
    projects = sample.townships_by_project.items()
    for (code, townships), balance in zip(projects, compute_plan_balances(sample), strict=True):
        yield {
            "project": code,
            "project_name": messages("sample.project", county=sample.county.name, serial=code[-1]),
            "units": "、".join(township.name for township in townships),
            "approval_number": messages("sample.approval", year=sample.first_year, serial=code[-1]),
            "approved_on": f"{sample.first_year}-03-15",
            "from_year": sample.first_year,
            "until_year": sample.first_year + PROJECT_YEARS - 1,
            "base_map_year": sample.first_year - 1,
            "survey_year": sample.year,
            "farm_base": balance["farm_base"],
            "cons_base": balance["cons_base"],
            "planned_new": balance["planned_new"],
            "planned_pbf_in": balance["planned_pbf_in"],
        }


def build_summary_rows(sample: Sample, _: Form, messages: Messages) -> Iterator[SampleRow]:
    """Yield one row for each project in each township, with a reason if a plot lies outside the project."""
    for row in compute_summary_figures(sample):
        reason = messages("sample.reason") if row["pbf_in_county"] else None
        yield {**row, "county_reason": reason}


def build_sub_project_rows(sample: Sample, form: Form, messages: Messages) -> Iterator[SampleRow]:
    """Yield one sub-project per township of a project, finished and accepted within the year."""
    added = sum_mu_by_township(sample.added)
    first_codes = get_first_codes(form, ("kind", "mode", "accepted"))
    for index, township in enumerate(sample.townships):
        serial = f"{index + 1:02d}"
        added_mu = _get_added_mu(added, township)
        money = Decimal(120 + index * index * 17)
        yield {
            **first_codes,
            "sub_project": township.sub_project,
            "project": township.project,
            "name": messages("sample.sub_project", township=township.name),
            "department": messages("sample.department"),
            "number": messages("sample.approval", year=sample.year, serial=serial),
            "started": f"{sample.year}-04-01",
            "finished": f"{sample.year}-08-31",
            "accepted_number": messages("sample.acceptance", year=sample.year, serial=serial),
            "accepted_on": f"{sample.year}-09-20",
            "planned_new": added_mu,
            "done_new": added_mu,
            "planned_money": money,
            "done_money": money,
            "funds": money,
            "archived": form.get_field("archived").codes[1],
            "progress": 100,
        }


def _get_added_mu(added: Mapping[SampleTownship, Mapping[str, Decimal]], township: SampleTownship) -> Decimal:
    return added.get(township, {}).get("all", ZERO)


def build_task_progress_rows(sample: Sample, _: Form, __: Messages) -> Iterator[SampleRow]:
    """Yield one row per township that compares the completed area with the planned one, in mu."""
    added = sum_mu_by_township(sample.added)
    done_by_name: dict[str, Decimal] = {}
    for township in sample.townships:
        done_by_name[township.name] = done_by_name.get(township.name, ZERO) + _get_added_mu(added, township)
    for (name, done), planned_share in zip(done_by_name.items(), cycle(_PLANNED_SHARES), strict=False):
        planned = (done * planned_share).quantize(Decimal(1)) + 1
        yield {"township": name, "planned": planned, "done": done, "rate": compute_percentage(done, planned)}


def build_linkage_rows(sample: Sample, _: Form, __: Messages) -> Iterator[SampleRow]:
    """Yield the row of one dismantled plot."""
    yield {
        "plot": f"{sample.county.code}{sample.year}C000001",
        "township": sample.townships[0].name,
        "reclaimed": Decimal("12.5"),
        "farmland": Decimal("9.3"),
        "built": Decimal("6.2"),
        "saved": Decimal("6.3"),
        "used": Decimal("2.1"),
        "left": Decimal("4.2"),
    }


def build_land_use_rows(sample: Sample, form: Form, _: Messages) -> Iterator[SampleRow]:
    """Yield one row per land class, in mu: the first class gains what the last one loses."""
    gained = sum_net_mu(sample.added)
    land_classes = form.get_field("land_class").codes
    begins = compute_land_at_start(sample, len(land_classes))
    total = sum(begins, ZERO)
    increases = [ZERO] * len(land_classes)
    decreases = increases.copy()
    increases[0] = gained
    decreases[-1] = gained
    for land_class, begin, increase, decrease in zip(land_classes, begins, increases, decreases, strict=True):
        end = begin + increase - decrease
        yield {
            "land_class": land_class,
            "begin": begin,
            "increase": increase,
            "decrease": decrease,
            "end": end,
            "share": compute_percentage(end, total),
        }


def build_report_rows(sample: Sample, form: Form, _: Messages) -> Iterator[SampleRow]:
    """Yield the paragraphs of the report's template, filled in with the totals of the summary."""
    rows = list(compute_summary_figures(sample))

    def format_total(placeholder: re.Match[str]) -> str:
        return str(sum_column(rows, placeholder["column"]))

    for paragraph in form.paragraphs:
        text = TOTAL_PLACEHOLDER.sub(format_total, paragraph.text)
        yield {
            "heading": paragraph.heading,
            "text": text.format(year=str(sample.year), county=sample.county.name),
        }


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
    """Yield the rows of a table: title, unit, headings, the data rows, and the total row if the form has one."""
    padding = (None,) * (len(form.fields) - 1)
    names = form.field_names
    serial_names = [field.name for field in form.get_fields_by_role(Role.SERIAL)]
    totals: dict[str, Decimal] = {field.name: ZERO for field in form.get_fields_by_role(Role.FIGURE)}
    yield (form.title, *padding)
    yield (messages("sample.unit", unit=form.unit) if form.unit else None, *padding)
    yield form.headings
    for serial, row in enumerate(_build_data_rows(sample, form, messages), start=1):
        for name in totals:
            totals[name] += get_amount(row[name])
        values = {**row, **dict.fromkeys(serial_names, serial)}
        yield tuple(map(values.get, names))
    if form.total_names:
        total_row: dict[str, SampleValue] = {**totals, serial_names[0]: form.total_names[0]}
        yield tuple(map(total_row.get, names))


def _build_data_rows(sample: Sample, form: Form, messages: Messages) -> Iterable[SampleRow]:
    """Return the rows of a form, none for a form that samples leave empty."""
    builder = ROW_BUILDERS.get(form.name)
    if builder is None:
        return ()
    return builder(sample, form, messages)


def build_cover_rows(
    sample: Sample, form: Form, city: str, messages: Messages, fixed_values: Mapping[str, SampleValue] | None = None
) -> Iterator[tuple[SampleValue, ...]]:
    """Yield the rows of the cover, as label and value; *fixed_values* replace the made-up ones, by field name."""
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
        "filled_by": messages("sample.filled_by"),
        "checked_by": messages("sample.checked_by"),
        "responsible": messages("sample.responsible"),
        "filled_on": f"{sample.year + 1}-01-10",
        **(fixed_values or {}),
    }
    yield (messages("sample.cover"), None)
    yield (None, None)
    for field in form.fields:
        if field.name in entries:
            yield (field.heading, entries[field.name])
