"""Limits and balances of each project, from its summary rows and its entry in the list. (phase: across tables)"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from operator import itemgetter

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import build_violation_at, format_value, join_names
from contracts.form_model import Role, Rule
from contracts.registers import County

PROJECTS_FORM = "projects"


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """One project in the summary.

    *rows* are its rows of the summary *table*; *project_entry* is its row in the list of projects by column, empty if
    the project is not listed.
    """

    project: str
    table: Table
    rows: pl.DataFrame
    project_entry: Mapping[str, object]

    def compute_total(self, column: str) -> Decimal:
        """Return the project's sum of a column."""
        return sum(self.rows[column].drop_nulls(), Decimal(0))

    def is_known(self, column: str) -> bool:
        """Return whether every figure of a column was read; a blank one of a column that may be left blank is 0."""
        if column not in self.rows.columns:
            return True
        unread_rows = self.rows.filter(pl.col(column).is_null())[ROW]
        if self.table.form.get_field(column).required and not unread_rows.is_empty():
            return False
        return not any(self.table.get_stripped_text(column, row) for row in unread_rows)

    def get_cells(self, *columns: str) -> list[CellRef]:
        """Return the project's cells of some columns, row by row."""
        return [self.table.get_cell_ref(column, row) for row, column in product(self.rows[ROW], columns)]

    def build_violation(
        self, rule: Rule, column: str, *other_columns: str, variant: str = "", **facts: str
    ) -> Violation:
        """Return the violation of a rule by the whole project, placed at its last row.

        *column* holds the violation's cell; the cells of *other_columns* are involved too.
        """
        value = self.project if column == PROJECT else self.compute_total(column)
        return build_violation_at(
            self.table,
            rule,
            column,
            row=int(self.rows[ROW][-1]),
            value=value,
            variant=variant,
            related_cells=self.get_cells(column, *other_columns),
            **{"project": self.project, **facts},
        )


def group_by_project(subject: FormUnderCheck, *columns: str) -> Iterator[ProjectSummary]:
    """Yield each project of the summary, in the order of its rows.

    A project with an unreadable or blank figure in a required one of *columns* is left out: its sum is not known, and
    the cell has a finding of its own.
    """
    table, projects = subject.table, subject.tables.get(PROJECTS_FORM)
    if table is None:
        return
    entries: dict[object, Mapping[str, object]] = {}
    if projects is not None:
        entries = {row[PROJECT]: row for row in projects.body.iter_rows(named=True)}
    for (project,), rows in table.body.drop_nulls([PROJECT]).group_by([PROJECT], maintain_order=True):
        summary = ProjectSummary(str(project), table, rows, entries.get(project, {}))
        if all(map(summary.is_known, columns)):
            yield summary


def check_project_compare(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a quantity that ends on the wrong side of its base or, as a variant, moved to that side in the year."""
    base_column, begin_column, end_column = itemgetter("base", "begin", "end")(rule.arguments)
    sign = 1 if rule.arguments["direction"] == "not_less" else -1
    for summary in group_by_project(subject, begin_column, end_column):
        base = summary.project_entry.get(base_column)
        begin, end = summary.compute_total(begin_column), summary.compute_total(end_column)
        if isinstance(base, Decimal) and (end - base) * sign < 0:
            yield summary.build_violation(rule, end_column, **_build_comparison_facts(base, end))
        elif (end - begin) * sign < 0:
            facts = _build_comparison_facts(begin, end)
            yield summary.build_violation(rule, end_column, begin_column, variant="year", **facts)


def _build_comparison_facts(base: Decimal, end: Decimal) -> dict[str, str]:
    return {"base": format_value(base), "end": format_value(end), "difference": format_value(abs(end - base))}


def check_project_balance(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a project that supplemented less permanent basic farmland than it took out."""
    column, floor_column = rule.arguments["column"], rule.arguments["floor"]
    for summary in group_by_project(subject, column, floor_column):
        actual, minimum = summary.compute_total(column), summary.compute_total(floor_column)
        if actual < minimum:
            facts = {
                "seen": format_value(actual),
                "least": format_value(minimum),
                "difference": format_value(minimum - actual),
            }
            yield summary.build_violation(rule, column, floor_column, **facts)


def check_adjustment_ratio(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report an adjustment above the limit in percent; its base is the area of all townships that it affects."""
    part_column, base_column = rule.arguments["part"], rule.arguments["whole"]
    supplement_column, limit = rule.arguments["supplement"], Decimal(rule.arguments["most"])
    for summary in group_by_project(subject, part_column, base_column, supplement_column):
        is_affected = (pl.col(part_column) > 0) | (pl.col(supplement_column) > 0)
        affected_rows = summary.rows.filter(is_affected)
        base = sum(affected_rows[base_column].drop_nulls(), Decimal(0))
        if base and (percent := summary.compute_total(part_column) * 100 / base) > limit:
            approval = str(summary.project_entry.get(rule.arguments["approval"]) or "")
            facts = {
                "percent": _format_percent(percent),
                "most": format_value(limit),
                "each": _format_township_ratios(affected_rows, part_column, base_column),
                "approval": approval,
            }
            variant = "approved" if approval else ""
            yield summary.build_violation(rule, part_column, base_column, variant=variant, **facts)


def _format_township_ratios(adjusted_rows: pl.DataFrame, part: str, whole: str) -> str:
    """Return each township's own ratio, since a good average may hide a high one."""
    ratios = []
    for township, amount, area in adjusted_rows.select(TOWNSHIP_FULL, part, whole).drop_nulls().rows():
        if area:
            ratios.append(f"{township} {_format_percent(amount * 100 / area)}%")
    return join_names(ratios)


def _format_percent(value: Decimal) -> str:
    return format_value(value.quantize(Decimal("0.01")))


def check_growth_at_least(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a project whose cumulative added land is below a share of its base, in percent."""
    column, minimum = rule.arguments["cumulative"], Decimal(rule.arguments["least"])
    for summary in group_by_project(subject, column):
        base = summary.project_entry.get(rule.arguments["base"])
        if isinstance(base, Decimal) and base:
            percent = summary.compute_total(column) * 100 / base
            if percent < minimum:
                facts = {"percent": _format_percent(percent), "least": format_value(minimum)}
                yield summary.build_violation(rule, column, **facts)


def check_within_plan(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a project that has done more than its plan provides for in all."""
    for summary in group_by_project(subject):
        for pair in rule.arguments["pairs"]:
            if not summary.is_known(pair["column"]):
                continue
            planned = summary.project_entry.get(pair["planned"])
            actual = summary.compute_total(pair["column"])
            if isinstance(planned, Decimal) and actual > planned:
                facts = {
                    "planned": format_value(planned),
                    "seen": format_value(actual),
                    "difference": format_value(actual - planned),
                }
                yield summary.build_violation(rule, pair["column"], **facts)


def has_unnumbered_rows(projects: Table) -> bool:
    """Return whether the list of projects has rows without a project number: any project may stand there."""
    return bool(projects.body[PROJECT].null_count())


def check_units_approved(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a project that is not listed, and a township that is no approved unit of its project.

    Units that are blank or no townships of the county are reported by themselves; what they permit is not known.
    """
    township_column = subject.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    if PROJECTS_FORM not in subject.tables:
        return
    for summary in group_by_project(subject):
        if not summary.project_entry:
            if not has_unnumbered_rows(subject.tables[PROJECTS_FORM]):
                yield summary.build_violation(rule, PROJECT, variant="project")
            continue
        units = str(summary.project_entry.get("units") or "").split("、")
        if _list_unknown_units(units, subject.county):
            continue
        for row, township in summary.rows.select(ROW, TOWNSHIP_FULL).rows():
            if township is not None and township not in units:
                facts = {"project": summary.project, "name": township, "units": join_names(units)}
                yield build_violation_at(summary.table, rule, township_column, row=row, value=township, **facts)


def check_units_known(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report an approved unit that is no township of the county."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column = rule.arguments["column"]
    for row, units in table.body.select(ROW, column).drop_nulls().rows():
        unknown_units = _list_unknown_units(units.split("、"), county)
        if unknown_units:
            yield build_violation_at(table, rule, column, row=row, value=units, strange=join_names(unknown_units))


def _list_unknown_units(units: Iterable[str], county: County | None) -> list[str]:
    """Return the units that are no townships of the county, the empty text among them."""
    if county is None:
        return []
    townships = set(county.townships.values())
    return [unit for unit in units if unit not in townships]


def check_year_within_period(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a project accounted outside its approved period; an approved extension permits a later year."""
    table, year = subject.table, subject.submission.year
    if table is None:
        return
    from_column, until_column = rule.arguments["from"], rule.arguments["until"]
    is_late = (pl.col(until_column) < year) & pl.col(rule.arguments["extension"]).is_null()
    wrong_rows = table.body.filter((pl.col(from_column) > year) | is_late)
    for row, start_year, end_year in wrong_rows.select(ROW, from_column, until_column).rows():
        cells = (table.get_cell_ref(from_column, row),)
        facts = {"year": str(year), "start": format_value(start_year), "end": format_value(end_year)}
        yield build_violation_at(table, rule, until_column, row=row, value=end_year, related_cells=cells, **facts)


def check_map_years(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a base map younger than the project's approval, and a survey of another year."""
    table, year = subject.table, subject.submission.year
    if table is None:
        return
    base_column, approved_column, survey_column = itemgetter("base", "approved", "survey")(rule.arguments)
    approval_year = pl.col(approved_column).str.extract(r"(\d{4})").cast(pl.Int64, strict=False)
    rows = table.body.select(ROW, base_column, survey_column, approval_year.alias("approval_year"))
    younger_maps = rows.filter(pl.col(base_column) > pl.col("approval_year"))
    for row, map_year, expected in younger_maps.select(ROW, base_column, "approval_year").rows():
        cells = (table.get_cell_ref(approved_column, row),)
        yield build_violation_at(
            table, rule, base_column, row=row, value=map_year, related_cells=cells, due=str(expected)
        )
    other_surveys = rows.filter(pl.col(survey_column) != year)
    for row, survey_year in other_surveys.select(ROW, survey_column).rows():
        yield build_violation_at(
            table,
            rule,
            survey_column,
            row=row,
            value=survey_year,
            variant="survey",
            due=str(year),
            expected=str(year),
        )
