"""Bottom lines and balances of each project: summary rows against the project they belong to. (phase: across tables)"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import build_violation_at, format_value, join_names
from contracts.form_model import Rule

PROJECTS_FORM = "projects"


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """One project in the summary: its rows, and what the list of projects says of it."""

    project: str
    table: Table
    rows: pl.DataFrame
    project_entry: Mapping[str, object]

    def compute_total(self, column: str) -> Decimal:
        """Return the project's sum of a column."""
        return sum(self.rows[column].drop_nulls(), Decimal(0))

    def get_cells(self, *columns: str) -> list[CellRef]:
        """Return the project's cells of some columns, row by row."""
        return [self.table.get_cell_ref(one, row) for row in self.rows[ROW] for one in columns]

    def build_violation(
        self, rule: Rule, column: str, *other_columns: str, variant: str = "", **facts: str
    ) -> Violation:
        """Return the offence of a project: it stands at its last row."""
        cells = self.get_cells(column, *other_columns)
        row = int(self.rows[ROW][-1])
        value = self.project if column == PROJECT else self.compute_total(column)
        facts = {"project": self.project, **facts}
        return build_violation_at(
            self.table, rule, column, row=row, value=value, variant=variant, related_cells=cells, **facts
        )


def group_by_project(subject: FormUnderCheck) -> Iterator[ProjectSummary]:
    """Return each project of the summary, in the order of its rows."""
    table, projects = subject.table, subject.tables.get(PROJECTS_FORM)
    if table is None:
        return
    known = {row[PROJECT]: row for row in projects.body.iter_rows(named=True)} if projects else {}
    for (project,), rows in table.body.drop_nulls([PROJECT]).group_by([PROJECT], maintain_order=True):
        yield ProjectSummary(str(project), table, rows, known.get(project, {}))


def check_project_compare(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a quantity that ends on the wrong side of its base, softly with one that moved that way."""
    names = [rule.arguments[one] for one in ("base", "begin", "end")]
    sign = 1 if rule.arguments["direction"] == "not_less" else -1
    for share in group_by_project(subject):
        base, begin, end = (
            share.project_entry.get(names[0]),
            share.compute_total(names[1]),
            share.compute_total(names[2]),
        )
        if isinstance(base, Decimal) and (end - base) * sign < 0:
            yield share.build_violation(
                rule, names[2], base=format_value(base), end=format_value(end), difference=format_value(abs(end - base))
            )
        elif (end - begin) * sign < 0:
            facts = {
                "base": format_value(begin),
                "end": format_value(end),
                "difference": format_value(abs(end - begin)),
            }
            yield share.build_violation(rule, names[2], names[1], variant="year", **facts)


def check_project_balance(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a project that supplemented less than it took out."""
    column, floor = rule.arguments["column"], rule.arguments["floor"]
    for share in group_by_project(subject):
        seen, least = share.compute_total(column), share.compute_total(floor)
        if seen < least:
            yield share.build_violation(
                rule,
                column,
                floor,
                seen=format_value(seen),
                least=format_value(least),
                difference=format_value(least - seen),
            )


def check_adjustment_ratio(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with an adjustment above the limit; its base is all the townships that it touches."""
    part, whole, supplement = (rule.arguments[one] for one in ("part", "whole", "supplement"))
    most = Decimal(rule.arguments["most"])
    for share in group_by_project(subject):
        touched = share.rows.filter((pl.col(part) > 0) | (pl.col(supplement) > 0))
        base = sum(touched[whole].drop_nulls(), Decimal(0))
        percent = share.compute_total(part) * 100 / base if base else Decimal(0)
        if percent > most:
            approval = str(share.project_entry.get(rule.arguments["approval"]) or "")
            facts = {
                "percent": _format_percent(percent),
                "most": format_value(most),
                "each": _format_township_ratios(touched, part, whole),
            }
            case = "approved" if approval else ""
            yield share.build_violation(rule, part, whole, variant=case, approval=approval, **facts)


def _format_township_ratios(adjusted_rows: pl.DataFrame, part: str, whole: str) -> str:
    """Say each township's own ratio: a high one may hide in a good average."""
    rows = adjusted_rows.select(TOWNSHIP_FULL, part, whole).drop_nulls().rows()
    return join_names([f"{name} {_format_percent(out * 100 / area)}%" for name, out, area in rows if area])


def _format_percent(value: Decimal) -> str:
    return format_value(value.quantize(Decimal("0.01")))


def check_growth_at_least(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Remark on a project whose added land stays below a share of its base."""
    column, least = rule.arguments["cumulative"], Decimal(rule.arguments["least"])
    for share in group_by_project(subject):
        base = share.project_entry.get(rule.arguments["base"])
        if isinstance(base, Decimal) and base and share.compute_total(column) * 100 / base < least:
            percent = _format_percent(share.compute_total(column) * 100 / base)
            yield share.build_violation(rule, column, percent=percent, least=format_value(least))


def check_within_plan(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a project that has done more than its plan has in all."""
    for share in group_by_project(subject):
        for pair in rule.arguments["pairs"]:
            planned, seen = share.project_entry.get(pair["planned"]), share.compute_total(pair["column"])
            if isinstance(planned, Decimal) and seen > planned:
                facts = {
                    "planned": format_value(planned),
                    "seen": format_value(seen),
                    "difference": format_value(seen - planned),
                }
                yield share.build_violation(rule, pair["column"], **facts)


def check_units_approved(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a project that is not listed, and with a township that is no unit of its project."""
    township = next(one.name for one in subject.form.fields if one.role.value == "township")
    for share in group_by_project(subject) if PROJECTS_FORM in subject.tables else ():
        if not share.project_entry:
            yield share.build_violation(rule, PROJECT, variant="project")
            continue
        units = str(share.project_entry.get("units") or "").split("、")
        for row, name in share.rows.select(ROW, TOWNSHIP_FULL).rows():
            facts = {"project": share.project, "name": name or "", "units": join_names(units)}
            if name is not None and name not in units:
                yield build_violation_at(share.table, rule, township, row=row, value=name, related_cells=(), **facts)


def check_units_known(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with an approved unit that is no township of the county."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column, known = rule.arguments["column"], set(county.townships.values())
    for row, units in table.body.select(ROW, column).drop_nulls().rows():
        strange = [one for one in units.split("、") if one not in known]
        if strange:
            yield build_violation_at(table, rule, column, row=row, value=units, strange=join_names(strange))


def check_year_within_period(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a project accounted outside its approved period; an approved extension excuses a late year."""
    table, year = subject.table, subject.submission.year
    if table is None:
        return
    first, last, extension = (rule.arguments[one] for one in ("from", "until", "extension"))
    late = (pl.col(last) < year) & pl.col(extension).is_null()
    for row, start, end in table.body.filter((pl.col(first) > year) | late).select(ROW, first, last).rows():
        cells = (table.get_cell_ref(first, row),)
        facts = {"year": str(year), "start": format_value(start), "end": format_value(end)}
        yield build_violation_at(table, rule, last, row=row, value=end, related_cells=cells, **facts)


def check_map_years(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a base map younger than the approval, and with a survey of another year."""
    table, year = subject.table, subject.submission.year
    if table is None:
        return
    base, approved, survey = (rule.arguments[one] for one in ("base", "approved", "survey"))
    at = pl.col(approved).str.extract(r"(\d{4})").cast(pl.Int64, strict=False)
    rows = table.body.select(ROW, base, survey, at.alias("at"))
    for row, written, due in rows.filter(pl.col(base) > pl.col("at")).select(ROW, base, "at").rows():
        yield build_violation_at(
            table, rule, base, row=row, value=written, related_cells=(table.get_cell_ref(approved, row),), due=str(due)
        )
    for row, written in rows.filter(pl.col(survey) != year).select(ROW, survey).rows():
        yield build_violation_at(
            table, rule, survey, row=row, value=written, variant="survey", due=str(year), expected=str(year)
        )
