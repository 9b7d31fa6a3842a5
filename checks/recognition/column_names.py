"""The names of the columns in a table's frames."""

from collections.abc import Container
from itertools import chain
from typing import Final

from contracts.form_model import Form, Role

NAMELESS: Final = "subtotal:nameless"
"""The column that is true for subtotals without a name of their own; no field name contains a colon."""
ROW: Final = "row"
"""The column with Excel's row number, counted from 1."""


def list_field_names(form: Form, *roles: Role) -> list[str]:
    """Return the names of the fields with one of the roles, in the order of the roles."""
    fields = chain.from_iterable(map(form.get_fields_by_role, roles))
    return [field.name for field in fields]


def list_label_names(form: Form) -> list[str]:
    """Return the names of the fields that label a row: the row number (序号), then the township."""
    return list_field_names(form, Role.SERIAL, Role.TOWNSHIP)


def list_naming_columns(form: Form, columns: Container[str]) -> list[str]:
    """Return those of *columns* in which a row may be named: its labels, and the first column of text."""
    texts = [field.name for field in form.fields if field.kind == "string" and field.role is not Role.SERIAL]
    names = dict.fromkeys((*list_label_names(form), *texts[:1]))
    return [name for name in names if name in columns]


def list_figure_names(form: Form, columns: Container[str]) -> list[str]:
    """Return the names of the figure fields whose numbers are among the *columns* of a frame."""
    names = list_field_names(form, Role.FIGURE)
    return [name for name in names if name_number_column(name) in columns]


def name_number_column(name: str) -> str:
    """Return the name of the column with the plain decimal text of a field."""
    return f"{name}:number"


def name_normalised_column(name: str) -> str:
    """Return the name of the column with the normalised text of a field."""
    return f"{name}:short"


def name_kind_column(name: str) -> str:
    """Return the name of the column with the cell kinds of a field."""
    return f"{name}:kind"
