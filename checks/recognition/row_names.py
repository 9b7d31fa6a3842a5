"""Name the rows of a table independent of their position."""

from collections import Counter

from checks.parsing.text_normalisation import normalise_text
from checks.recognition.column_names import ROW, list_field_names
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from contracts.form_model import Form, Role


def name_rows(table: Table) -> dict[int, str]:
    """Return the name of each row by Excel's row number, in the order of the rows.

    From its second occurrence on, a name is numbered: name#2, name#3.
    """
    total_name = normalise_text(next(iter(table.form.total_names), ""))
    names = _name_body_rows(table)
    names.update(dict.fromkeys(table.totals[ROW].to_list(), total_name))
    occurrences: Counter[str] = Counter()
    unique_names: dict[int, str] = {}
    for row, name in sorted(names.items()):
        occurrences[name] += 1
        unique_names[row] = name
        if occurrences[name] > 1:
            unique_names[row] = f"{name}#{occurrences[name]}"
    return unique_names


def list_row_names(table: Table) -> list[str]:
    """Return the names of the rows of the body, a name once for each row that has it."""
    return list(_name_body_rows(table).values())


def find_key_field(form: Form) -> str | None:
    """Return the field that names a row: the one that a rule requires to be unique, else township or serial number."""
    for rule in form.rules:
        if rule.check == "unique_in_table":
            return str(rule.arguments["column"])
    return next(iter(list_field_names(form, Role.TOWNSHIP, Role.SERIAL)), None)


def _name_body_rows(table: Table) -> dict[int, str]:
    rows: list[int] = table.body[ROW].to_list()
    key = find_key_field(table.form)
    if key is None or key not in table.columns:
        return dict(zip(rows, map(str, rows), strict=True))
    township_names: dict[int, str | None] = {}
    if TOWNSHIP_FULL in table.body.columns and table.form.get_field(key).role is Role.TOWNSHIP:
        township_names = dict(table.body.select(ROW, TOWNSHIP_FULL).rows())
    written_names = dict(table.raw.select(ROW, key).rows())
    names = {row: str(township_names.get(row) or normalise_text(written_names.get(row) or "")) for row in rows}
    return _add_projects(table, key, names)


def _add_projects(table: Table, key: str, names: dict[int, str]) -> dict[int, str]:
    """Put the project before the township in forms in which a township has a row for each project."""
    if PROJECT not in table.columns or table.form.get_field(key).role is not Role.TOWNSHIP:
        return names
    projects = dict(table.raw.select(ROW, PROJECT).rows())
    return {row: f"{normalise_text(projects.get(row) or '')} {name}".strip() for row, name in names.items()}
