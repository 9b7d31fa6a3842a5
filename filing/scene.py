"""What a province's filing rests on: who was due, what was filed, what is still open."""

from dataclasses import dataclass

from checks.report import Report
from contracts.plans import Plan
from contracts.procedures import Procedure
from review.roster import Due, Roster
from review.standing import Standing, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledCounty:
    """One filed county: *report* is of the newest version, *earlier* what was found on each one before it."""

    due: Due
    standing: Standing
    report: Report
    plan: Plan | None
    earlier: tuple[tuple[Version, Report], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingScene:
    """All that a filing is made from.

    *contracts* is the rule-set version, *head* the digest of the ledger entry that the filing rests on,
    *as_of* the time of that entry (ISO 8601, UTC): the only date there is, so that one history gives one book.
    *excused* are codes of due counties that need not report this year: nobody waits for them.
    """

    roster: Roster
    procedure: Procedure
    filed: tuple[FiledCounty, ...]
    open: tuple[Standing, ...]
    contracts: str
    head: str
    as_of: str
    excused: frozenset[str] = frozenset()

    @property
    def due(self) -> tuple[Due, ...]:
        """Return the due counties city by city; both keep the order in which the roster names them."""
        cities = dict.fromkeys(one.city for one in self.roster.due)
        return tuple(one for city in cities for one in self.roster.due if one.city == city)

    @property
    def by_city(self) -> tuple[tuple[str, tuple[FiledCounty, ...]], ...]:
        """Return the filed counties by code of city, in the order of the roster."""
        filed = {one.due.code: one for one in self.filed}
        ordered = [filed[one.code] for one in self.due if one.code in filed]
        cities = dict.fromkeys(one.due.city for one in ordered)
        return tuple((city, tuple(one for one in ordered if one.due.city == city)) for city in cities)

    @property
    def in_order(self) -> tuple[FiledCounty, ...]:
        """Return the filed counties in the order of the roster, city by city."""
        return tuple(one for _, counties in self.by_city for one in counties)

    @property
    def missing(self) -> tuple[tuple[Due, Standing], ...]:
        """Return every due county that is not filed nor excused; one nobody has heard of stands at the start."""
        filed = {one.due.code for one in self.filed} | self.excused
        standing = {one.county: one for one in self.open}
        return tuple(
            (one, standing.get(one.code) or Standing(county=one.code, state=self.procedure.start))
            for one in self.due
            if one.code not in filed
        )

    def city(self, due: Due) -> str:
        """Return the name of a county's city."""
        return self.roster.cities.get(due.city, due.city)

    @property
    def unit(self) -> str:
        """Return the unit that files: that of the last level's officers, else the province itself."""
        last = self.procedure.levels[-1].id
        return next((one.unit for one in self.roster.officers if one.level == last), self.roster.province[1])
