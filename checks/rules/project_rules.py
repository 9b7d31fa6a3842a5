"""Bottom lines and balances of each project: summary rows against the project they belong to. (phase: across tables)"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Offence
from checks.recognition.form_instance import Subject
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import listed, offence_at, said
from contracts.form_model import Rule

PROJECTS = "projects"


@dataclass(frozen=True, slots=True)
class Share:
    """One project in the summary: its rows, and what the list of projects says of it."""

    project: str
    table: Table
    rows: pl.DataFrame
    listed: Mapping[str, object]

    def total(self, column: str) -> Decimal:
        """Return the project's sum of a column."""
        return sum(self.rows[column].drop_nulls(), Decimal(0))

    def cells(self, *columns: str) -> list[CellRef]:
        """Return the project's cells of some columns, row by row."""
        return [self.table.ref(one, row) for row in self.rows[ROW] for one in columns]

    def offence(self, rule: Rule, column: str, *others: str, case: str = "", **facts: str) -> Offence:
        """Return the offence of a project: it stands at its last row."""
        cells = self.cells(column, *others)
        row = int(self.rows[ROW][-1])
        value = self.project if column == PROJECT else self.total(column)
        facts = {"project": self.project, **facts}
        return offence_at(self.table, rule, column, row=row, value=value, case=case, involved=cells, **facts)


def shares(subject: Subject) -> Iterator[Share]:
    """Return each project of the summary, in the order of its rows."""
    table, projects = subject.table, subject.tables.get(PROJECTS)
    if table is None:
        return
    known = {row[PROJECT]: row for row in projects.body.iter_rows(named=True)} if projects else {}
    for (project,), rows in table.body.drop_nulls([PROJECT]).group_by([PROJECT], maintain_order=True):
        yield Share(str(project), table, rows, known.get(project, {}))


def project_compare(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a quantity that ends on the wrong side of its base, softly with one that moved that way."""
    names = [rule.arguments[one] for one in ("base", "begin", "end")]
    sign = 1 if rule.arguments["direction"] == "not_less" else -1
    for share in shares(subject):
        base, begin, end = share.listed.get(names[0]), share.total(names[1]), share.total(names[2])
        if isinstance(base, Decimal) and (end - base) * sign < 0:
            yield share.offence(rule, names[2], base=said(base), end=said(end), difference=said(abs(end - base)))
        elif (end - begin) * sign < 0:
            facts = {"base": said(begin), "end": said(end), "difference": said(abs(end - begin))}
            yield share.offence(rule, names[2], names[1], case="year", **facts)


def project_balance(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a project that supplemented less than it took out."""
    column, floor = rule.arguments["column"], rule.arguments["floor"]
    for share in shares(subject):
        seen, least = share.total(column), share.total(floor)
        if seen < least:
            yield share.offence(rule, column, floor, seen=said(seen), least=said(least), difference=said(least - seen))


def adjustment_ratio(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with an adjustment above the limit; its base is all the townships that it touches."""
    part, whole, supplement = (rule.arguments[one] for one in ("part", "whole", "supplement"))
    most = Decimal(rule.arguments["most"])
    for share in shares(subject):
        touched = share.rows.filter((pl.col(part) > 0) | (pl.col(supplement) > 0))
        base = sum(touched[whole].drop_nulls(), Decimal(0))
        percent = share.total(part) * 100 / base if base else Decimal(0)
        if percent > most:
            approval = str(share.listed.get(rule.arguments["approval"]) or "")
            facts = {"percent": _percent(percent), "most": said(most), "each": _each(touched, part, whole)}
            case = "approved" if approval else ""
            yield share.offence(rule, part, whole, case=case, approval=approval, **facts)


def _each(touched: pl.DataFrame, part: str, whole: str) -> str:
    """Say each township's own ratio: a high one may hide in a good average."""
    rows = touched.select(TOWNSHIP_FULL, part, whole).drop_nulls().rows()
    return listed([f"{name} {_percent(out * 100 / area)}%" for name, out, area in rows if area])


def _percent(value: Decimal) -> str:
    return said(value.quantize(Decimal("0.01")))


def growth_at_least(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Remark on a project whose added land stays below a share of its base."""
    column, least = rule.arguments["cumulative"], Decimal(rule.arguments["least"])
    for share in shares(subject):
        base = share.listed.get(rule.arguments["base"])
        if isinstance(base, Decimal) and base and share.total(column) * 100 / base < least:
            percent = _percent(share.total(column) * 100 / base)
            yield share.offence(rule, column, percent=percent, least=said(least))


def within_plan(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a project that has done more than its plan has in all."""
    for share in shares(subject):
        for pair in rule.arguments["pairs"]:
            planned, seen = share.listed.get(pair["planned"]), share.total(pair["column"])
            if isinstance(planned, Decimal) and seen > planned:
                facts = {"planned": said(planned), "seen": said(seen), "difference": said(seen - planned)}
                yield share.offence(rule, pair["column"], **facts)


def units_approved(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a project that is not listed, and with a township that is no unit of its project."""
    township = next(one.name for one in subject.form.fields if one.role.value == "township")
    for share in shares(subject) if PROJECTS in subject.tables else ():
        if not share.listed:
            yield share.offence(rule, PROJECT, case="project")
            continue
        units = str(share.listed.get("units") or "").split("、")
        for row, name in share.rows.select(ROW, TOWNSHIP_FULL).rows():
            facts = {"project": share.project, "name": name or "", "units": listed(units)}
            if name is not None and name not in units:
                yield offence_at(share.table, rule, township, row=row, value=name, involved=(), **facts)


def units_known(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with an approved unit that is no township of the county."""
    table, county = subject.table, subject.county
    if table is None or county is None:
        return
    column, known = rule.arguments["column"], set(county.townships.values())
    for row, units in table.body.select(ROW, column).drop_nulls().rows():
        strange = [one for one in units.split("、") if one not in known]
        if strange:
            yield offence_at(table, rule, column, row=row, value=units, strange=listed(strange))


def year_within_period(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a project accounted outside its approved period; an approved extension excuses a late year."""
    table, year = subject.table, subject.submission.year
    if table is None:
        return
    first, last, extension = (rule.arguments[one] for one in ("from", "until", "extension"))
    late = (pl.col(last) < year) & pl.col(extension).is_null()
    for row, start, end in table.body.filter((pl.col(first) > year) | late).select(ROW, first, last).rows():
        cells = (table.ref(first, row),)
        facts = {"year": str(year), "start": said(start), "end": said(end)}
        yield offence_at(table, rule, last, row=row, value=end, involved=cells, **facts)


def map_years(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a base map younger than the approval, and with a survey of another year."""
    table, year = subject.table, subject.submission.year
    if table is None:
        return
    base, approved, survey = (rule.arguments[one] for one in ("base", "approved", "survey"))
    at = pl.col(approved).str.extract(r"(\d{4})").cast(pl.Int64, strict=False)
    rows = table.body.select(ROW, base, survey, at.alias("at"))
    for row, written, due in rows.filter(pl.col(base) > pl.col("at")).select(ROW, base, "at").rows():
        yield offence_at(table, rule, base, row=row, value=written, involved=(table.ref(approved, row),), due=str(due))
    for row, written in rows.filter(pl.col(survey) != year).select(ROW, survey).rows():
        yield offence_at(table, rule, survey, row=row, value=written, case="survey", due=str(year), expected=str(year))
