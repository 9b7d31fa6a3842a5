"""A form, its fields and its rules, as the rest of the house sees them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

TOTAL_PLACEHOLDER = re.compile(r"\{(?P<form>\w+)\.(?P<column>\w+)\}")  # in a paragraph, the total of a column


class Layout(StrEnum):
    """How a form lies on its sheet."""

    PAIRS = "pairs"  # label on the left, value on the right
    TABLE = "table"  # header, body rows, total row


class Role(StrEnum):
    """What a field is to its table."""

    PLAIN = "plain"
    SERIAL = "serial"  # 序号
    TOWNSHIP = "township"  # 乡镇（街道）
    FIGURE = "figure"  # a quantity that is summed


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
        """0 for the earliest."""
        return list(Phase).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column (or one line of a cover).

    *decimals* is the precision that the unit allows; *year* is set on a column that stands for one year of a plan
    (made from *stem*); *measure* names the accounted quantity that a figure belongs to.
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
        """Every heading under which the column is known."""
        return (self.heading, *self.synonyms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One named, parametrised check in force on one form.

    *severity* is ``hard``, ``soft`` or ``report``; *severities* overrides it by case (a repeated serial number
    blocks, a gap needs an explanation). *since* and *until* are dates; *trial* rules never block. *provinces* names
    those whose measures the rule rests on; without any it holds everywhere.
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
        """Return how much this case of the rule weighs."""
        return self.severities.get(variant, self.severity)

    def is_in_force(self, year: int, province: str = "") -> bool:
        """Tell whether the rule is in force for an accounting year (at its end) in a province, or in any."""
        end = date(year, 12, 31)
        here = not province or not self.provinces or province in self.provinces
        return here and (self.since is None or self.since <= end) and (self.until is None or end <= self.until)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a report as it is pre-written: ``{form.column}`` stands for the total of a column."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class QuotedFigure:
    """A figure that a paragraph gives: the words before it, and the total that it must be."""

    anchor: str
    form: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One sheet of a submission: where it is found, its fields, the rules on it.

    A *detail* form has a row a plot: it may be long, is summed by group and is not carried up; any other has
    at most *most_rows*, as each of its rows is weighed against each sum. *most_worded* is how
    many offences of one rule are put into words (0: all); the rest is counted. *paragraphs* are those of a report.
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
        """The figures that the paragraphs give, in their order; the words before each go back to a mark or a figure."""
        return tuple(
            QuotedFigure(re.split(r"[，。；：、}亩]", text[: found.start()])[-1], found["form"], found["column"])
            for text in (one.text for one in self.paragraphs)
            for found in TOTAL_PLACEHOLDER.finditer(text)
        )

    def get_field(self, name: str) -> Field:
        """Return one field by its English name."""
        return next(one for one in self.fields if one.name == name)

    def get_fields_by_role(self, role: Role) -> tuple[Field, ...]:
        """Return the fields of one role, in the order of the contract."""
        return tuple(one for one in self.fields if one.role is role)

    def get_fields_by_group(self, column_group: str) -> tuple[Field, ...]:
        """Return the year columns made from one contract entry."""
        return tuple(one for one in self.fields if one.column_group == column_group)
