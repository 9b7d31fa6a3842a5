"""``hesuan schema``: print the pandera schema of a form, for use without this program."""

from contracts.contract_library import ContractLibrary
from contracts.form_model import Form, Layout
from contracts.registers import County
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode


def show_schema(
    library: ContractLibrary, form_name: str, *, county_code: str, year: int, export_format: str
) -> ExitCode:
    """Print the schema of a form in one of the formats ``python``, ``yaml`` and ``json``.

    With *county_code* and *year* it is the form as that county fills it in, with the rules on its divisions.
    """
    from checks.schemas.schema_export import EXPORTS  # noqa: PLC0415 - pandera costs a second

    messages = library.get_messages()
    forms, county = _find_forms(library, county_code, year)
    form = forms.get(form_name)
    if form is None:
        print_error(messages("schema.unknown", form=form_name, forms="、".join(sorted(forms))))
        return ExitCode.USAGE
    print_line(EXPORTS[export_format](form, county).rstrip("\n"))
    return ExitCode.CLEAR


def _find_forms(library: ContractLibrary, county_code: str, year: int) -> tuple[dict[str, Form], County | None]:
    """Return the tables by name: of one county and year, or of all contracts, and the county's divisions."""
    forms, county = library.compile_all_forms(), None
    package = library.find_package(county_code, year) if county_code else None
    if package is not None:
        submission = library.compile_submission(package, year)
        forms, county = submission.forms, submission.register.counties.get(county_code)
    elif county_code:
        forms = ()
    return {form.name: form for form in forms if form.layout is Layout.TABLE}, county
