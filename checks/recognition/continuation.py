"""A second sheet of one form: other rows are a continuation, the same rows a copy."""

from dataclasses import replace

from checks.parsing.text_normalisation import normalise_text
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.locate_tables import locate_tables
from checks.recognition.row_names import find_key_field
from checks.recognition.table import Table, build_table


def count_other_rows(subject: FormUnderCheck, rival_sheet: str) -> int:
    """Return the number of rows on another sheet of the form, or 0 if one of them stands in the first sheet too.

    Rows are compared by the field that names them; a sheet whose rows have no names continues nothing.
    """
    table, rival = subject.table, _read_rival(subject, rival_sheet)
    if table is None or rival is None:
        return 0
    names, rival_names = _list_names(table), _list_names(rival)
    if not rival_names or names & rival_names:
        return 0
    return rival.body.height


def _read_rival(subject: FormUnderCheck, rival_sheet: str) -> Table | None:
    sheets = tuple(sheet for sheet in subject.book.sheets if sheet.name == rival_sheet)
    search = locate_tables([subject.form], replace(subject.book, sheets=sheets)).get(subject.form.name)
    location = search.location if search else None
    if location is None or location.missing_fields or location.duplicate_columns:
        return None
    return build_table(location, subject.county)


def _list_names(table: Table) -> set[str]:
    key = find_key_field(table.form)
    if key is None or key not in table.columns:
        return set()
    return set(map(normalise_text, map(str, table.body[key].drop_nulls().to_list())))
