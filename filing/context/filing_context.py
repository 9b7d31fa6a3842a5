"""What a filing rests on: who was due, what was filed, what is still open, and whose filing it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from checks.model.report import Report
from contracts.filing_layout import Exhibits
from contracts.form_model import Form
from contracts.plans import Plan
from contracts.procedures import Procedure
from filing.context.rollup_evidence import Proof
from review.county_state import Standing, Version
from review.rollup_seals import Sealing
from review.roster import Due, Roster

PROVINCE, CITY, COUNTY = "province", "city", "county"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the county gets for its filing: a number, and the ledger entry that it was filed by."""

    number: str
    sequence: int
    digest: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCounty:
    """One county that is filed, or approved by its city: *report* is of the newest version.

    *earlier* is what was found on each version before it; *reported* the report before any figure was set lower;
    *forms* are what the county had to send. *receipt* and *own*, where a copy of the county's own file lies relative
    to the folder of filings, come with the filing. *past* holds the reports filed in earlier
    years. *shaken* names the earlier years whose filing is younger than the check of this one.
    """

    due: Due
    standing: Standing
    report: Report
    plan: Plan | None
    earlier: tuple[tuple[Version, Report], ...] = ()
    reported: Report | None = None
    forms: tuple[Form, ...] = ()
    receipt: Receipt | None = None
    own: str = ""
    past: Mapping[int, Report] = field(default_factory=dict)
    shaken: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """Whose filing it is: the kind (province, city or county), its code and name."""

    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingScene:
    """All that a filing is made from.

    *counted* are the counties whose figures stand in it: those that are filed, and in a city's those that it has
    approved too. *contracts* is the rule-set version, *head* the digest of the ledger entry that the filing rests on,
    *as_of* the time of that entry (ISO 8601, UTC): the only date there is, so that one history gives one book.
    *excused* are codes of due counties that need not report this year: nobody waits for them. *area* is whose
    filing it is, the province's where there is none; *key* the fingerprint of the key that signs the manifest;
    *exhibits* what is shown besides the roll-up; *evidence* how the roll-ups came out
    when they were held against their expectations; *sealings* the newest word on each roll-up, by level and area.
    """

    roster: Roster
    procedure: Procedure
    counted: tuple[CountedCounty, ...]
    open: tuple[Standing, ...]
    contracts: str
    head: str
    as_of: str
    excused: frozenset[str] = frozenset()
    area: Area | None = None
    key: str = ""
    exhibits: Exhibits = field(default_factory=Exhibits)
    evidence: tuple[Proof, ...] = ()
    sealings: Mapping[tuple[str, str], Sealing] = field(default_factory=dict)

    @property
    def whose(self) -> Area:
        """Return whose filing it is."""
        return self.area or Area(PROVINCE, *self.roster.province)

    @property
    def due(self) -> tuple[Due, ...]:
        """Return the due counties city by city; both keep the order in which the roster names them."""
        cities = dict.fromkeys(one.city for one in self.roster.due)
        return tuple(one for city in cities for one in self.roster.due if one.city == city)

    @property
    def by_city(self) -> tuple[tuple[str, tuple[CountedCounty, ...]], ...]:
        """Return the counted counties by code of city, in the order of the roster."""
        counted = {one.due.code: one for one in self.counted}
        ordered = [counted[one.code] for one in self.due if one.code in counted]
        cities = dict.fromkeys(one.due.city for one in ordered)
        return tuple((city, tuple(one for one in ordered if one.due.city == city)) for city in cities)

    @property
    def in_order(self) -> tuple[CountedCounty, ...]:
        """Return the counted counties in the order of the roster, city by city."""
        return tuple(one for _, counties in self.by_city for one in counties)

    @property
    def filed(self) -> tuple[CountedCounty, ...]:
        """Return the counties that are filed, in the order of the roster."""
        return tuple(one for one in self.in_order if one.standing.state in self.procedure.final)

    @property
    def waiting(self) -> str:
        """Return what the missing ones are called: a city waits for its own decisions, the province for filings."""
        return "unreviewed" if self.whose.kind == CITY else "open"

    @property
    def missing(self) -> tuple[tuple[Due, Standing], ...]:
        """Return every due county not counted nor excused; one nobody has heard of stands at the start."""
        counted = {one.due.code for one in self.counted} | self.excused
        standing = {one.county: one for one in self.open}
        return tuple(
            (one, standing.get(one.code) or Standing(county=one.code, state=self.procedure.start))
            for one in self.due
            if one.code not in counted
        )

    def city(self, due: Due) -> str:
        """Return the name of a county's city."""
        return self.roster.cities.get(due.city, due.city)

    @property
    def sealing(self) -> Sealing | None:
        """Return the newest word on the roll-up of this area; nothing where it was never sealed."""
        return self.sealings.get((self._level, self.whose.code))

    @property
    def _level(self) -> str:
        kinds = (COUNTY, CITY, PROVINCE)
        return self.procedure.levels[kinds.index(self.whose.kind) - len(kinds)].id

    @property
    def unit(self) -> str:
        """Return the unit that answers for the filing: that of its level's officers, else the area itself."""
        return self.unit_of(self._level, self.whose.code, self.whose.name)

    def unit_of(self, level: str, area: str, otherwise: str) -> str:
        """Return the unit of an area's officers at a level."""
        province = area == self.roster.province[0]
        found = (one for one in self.roster.officers if one.level == level and (province or one.area == area))
        return next((one.unit for one in found), otherwise)

    def within(self, area: Area, *, head: str, as_of: str) -> "FilingScene":
        """Return the scene of a city or a county alone, resting on the newest entry that concerns it."""
        due = tuple(one for one in self.roster.due if area.code in (one.code, one.city))
        codes = {one.code for one in due}
        return replace(
            self,
            roster=replace(self.roster, due=due),
            counted=tuple(one for one in self.counted if one.due.code in codes),
            open=tuple(one for one in self.open if one.county in codes),
            excused=self.excused & codes,
            area=area,
            head=head,
            as_of=as_of,
        )
