"""The rows of the three plot tables of a sample submission: added, supplemented and taken out."""

from collections.abc import Iterable, Iterator

from contracts.form_model import Form
from contracts.messages import Messages
from contracts.sample.balances import SampleRow
from contracts.sample.figures import Sample, SamplePlot, convert_to_mu

# The offsets keep the parcel numbers of the three tables apart.
SUPPLEMENTED_PARCEL_OFFSET = 20_000_000
TAKEN_OUT_PARCEL_OFFSET = 40_000_000
VILLAGES_PER_TOWNSHIP = 9


def build_new_farmland_rows(sample: Sample, form: Form, messages: Messages) -> Iterator[SampleRow]:
    """Yield one row per added plot."""
    class_names = form.get_field("class_after").labels
    first_codes = get_first_codes(form, ("ownership", "grade_standard", "origin", "used_linkage"))
    keeper = messages("sample.keeper")
    field_before = form.get_field("class_before")
    for plot in sample.added:
        class_before = field_before.codes[3 + plot.number % 12]
        yield {
            **_build_location(plot, "X", plot.number, sample),
            **first_codes,
            "sub_project": plot.township.sub_project,
            "owner": messages("sample.owner", township=plot.township.name),
            "class_before": class_before,
            "class_before_name": field_before.labels[class_before],
            "class_after": plot.land_class,
            "class_after_name": class_names[plot.land_class],
            "plot_area": plot.gross_area,
            "bank_ratio": plot.bank_ratio,
            "deducted": plot.bank_area,
            "new_area": plot.net_area,
            "new_mu": convert_to_mu(plot.net_area),
            "accepted_number": messages("sample.acceptance", year=sample.year, serial=plot.number),
            "accepted_on": f"{sample.year}-10-{1 + plot.number % 28:02d}",
            "survey_year": sample.year,
            "used_balance": form.get_field("used_balance").codes[plot.number % 2],
            "keeper": keeper,
            "coordinates": f"{sample.county.code}-{plot.township.project}.txt",
        }


def get_first_codes(form: Form, names: Iterable[str]) -> SampleRow:
    """Return the first code of each named field."""
    return {name: form.get_field(name).codes[0] for name in names}


def build_supplemented_rows(sample: Sample, form: Form, _: Messages) -> Iterator[SampleRow]:
    """Yield one row per supplemented plot."""
    inside_code, outside_code = form.get_field("scope").codes[:2]
    for plot in sample.supplemented:
        yield {
            **_build_location(plot, "B", SUPPLEMENTED_PARCEL_OFFSET + plot.number, sample),
            **_build_basic_farmland(plot, form),
            "scope": inside_code if plot.is_inside_project else outside_code,
            **get_first_codes(form, ("is_new", "database_state")),
        }


def build_taken_out_rows(sample: Sample, form: Form, messages: Messages) -> Iterator[SampleRow]:
    """Yield one row per plot taken out."""
    reasons = form.get_field("reason").codes
    for plot in sample.taken_out:
        yield {
            **_build_location(plot, "D", TAKEN_OUT_PARCEL_OFFSET + plot.number, sample),
            **_build_basic_farmland(plot, form),
            "reason": reasons[plot.number % len(reasons)],
            "plan_number": messages("sample.approval", year=sample.first_year, serial=plot.township.project[-1]),
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
