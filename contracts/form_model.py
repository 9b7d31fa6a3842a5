"""The model of a form: its layout, its fields and its rules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

# Stands in a paragraph for the total of a column.
TOTAL_PLACEHOLDER = re.compile(r"\{(?P<form>\w+)\.(?P<column>\w+)\}")


class Layout(StrEnum):
    """How a form is laid out on its sheet.

    ``pairs`` has a label on the left and its value on the right; ``table`` has a header, body rows and a total row.
    """

    PAIRS = "pairs"
    TABLE = "table"


class Role(StrEnum):
    """What a field is in its table.

    ``serial`` is the row number (序号), ``township`` the 乡镇（街道）, ``plot`` the number of a plot, ``figure`` a
    quantity that is summed.
    """

    PLAIN = "plain"
    SERIAL = "serial"
    TOWNSHIP = "township"
    PLOT = "plot"
    FIGURE = "figure"


class Phase(StrEnum):
    """When a rule runs; a later phase waits for the earlier ones."""

    GATE = "gate"
    RECOGNISED = "recognised"
    PARSED = "parsed"
    TABLE = "table"
    ACROSS_TABLES = "across_tables"
    ACROSS_YEARS = "across_years"
    ACROSS_LEVELS = "across_levels"

    @property
    def rank(self) -> int:
        """The position in the order of phases, 0 for the earliest."""
        return list(Phase).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column (or one line of a cover).

    *decimals* is the precision that the unit allows. *year* is set on a column for one year of a plan; *column_group*
    is the name that the columns of all years are made from. *measure* names the accounted quantity of a figure.
    """

    name: str
    heading: str
    synonyms: tuple[str, ...] = ()
    kind: str = "string"
    role: Role = Role.PLAIN
    required: bool = False
    unit: str = ""
    decimals: int = 0
    rounded: bool = False
    column_group: str = ""
    year: int | None = None
    measure: str = ""
    codes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @property
    def all_headings(self) -> tuple[str, ...]:
        """The heading of the contract, then its synonyms."""
        return (self.heading, *self.synonyms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One named, parametrised check in force on one form.

    *severity* is ``hard``, ``soft`` or ``report``; *severities* overrides it by variant (a repeated serial number
    blocks, a gap needs an explanation). The rule is in force from *since* to *until*; *trial* rules never block.
    *provinces* are the provinces whose regulations the rule is based on; if there are none, it holds everywhere.
    """

    id: str
    check: str
    severity: str
    phase: Phase
    description: str
    basis: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    trial: bool = False
    provinces: tuple[str, ...] = ()

    def get_severity(self, variant: str) -> str:
        """Return the severity of one variant of the rule."""
        return self.severities.get(variant, self.severity)

    def is_in_force(self, year: int, province: str = "") -> bool:
        """Tell whether the rule is in force at the end of an accounting year, in one province or (if empty) in any."""
        year_end = date(year, 12, 31)
        if province and self.provinces and province not in self.provinces:
            return False
        if self.since is not None and self.since > year_end:
            return False
        return self.until is None or year_end <= self.until


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the template of a report; ``{form.column}`` stands for the total of a column."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class QuotedFigure:
    """A figure quoted in a paragraph: the text right before it, and form and column of the total it must equal."""

    anchor: str
    form: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """One sheet of a submission: how to recognise it, its fields, its rules.

    A form with *is_detail* has one row per plot: it may be long, is summed by group, and its figures are not passed on
    to the levels above. Any other form has at most *max_rows* rows, because each row is compared with each sum.
    *max_findings_per_rule* limits the violations of one rule that are reported one by one (0: no limit); the others
    are only counted. *paragraphs* are those of a report.

    Forms are equal only if they are the same object: contracts are compiled once a process, so that what is made from
    a form can be kept with it.
    """

    name: str
    title: str
    layout: Layout
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    sheet_names: tuple[str, ...] = ()
    title_marks: tuple[str, ...] = ()
    unit: str = ""
    total_names: tuple[str, ...] = ()
    is_detail: bool = False
    max_rows: int = 0
    max_findings_per_rule: int = 0
    paragraphs: tuple[Paragraph, ...] = ()

    @property
    def quoted_figures(self) -> tuple[QuotedFigure, ...]:
        """The figures quoted in the paragraphs, in their order."""
        figures: list[QuotedFigure] = []
        for paragraph in self.paragraphs:
            figures += _find_quoted_figures(paragraph.text)
        return tuple(figures)

    @property
    def is_cover(self) -> bool:
        """Whether the form is the cover: pairs of label and value."""
        return self.layout is Layout.PAIRS

    @property
    def is_table(self) -> bool:
        """Whether the form is a table with rows below a header."""
        return self.layout is Layout.TABLE

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of all fields, in the order of the contract."""
        return tuple(field.name for field in self.fields)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of all fields, in the order of the contract."""
        return tuple(field.heading for field in self.fields)

    def get_field(self, name: str) -> Field:
        """Return one field by its English name."""
        return next(field for field in self.fields if field.name == name)

    def get_fields_by_role(self, role: Role) -> tuple[Field, ...]:
        """Return the fields of one role, in the order of the contract."""
        return tuple(field for field in self.fields if field.role is role)

    def get_fields_by_group(self, column_group: str) -> tuple[Field, ...]:
        """Return the year columns made from one contract entry."""
        return tuple(field for field in self.fields if field.column_group == column_group)


def _find_quoted_figures(text: str) -> Iterator[QuotedFigure]:
    """Yield the placeholders of a paragraph; the anchor reaches back to a punctuation mark, a unit or a figure."""
    for placeholder in TOTAL_PLACEHOLDER.finditer(text):
        anchor = re.split(r"[，。；：、}亩]", text[: placeholder.start()])[-1]
        yield QuotedFigure(anchor, placeholder["form"], placeholder["column"])
