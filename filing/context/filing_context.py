"""What a filing rests on: who was due, what was filed, what is still open, and whose filing it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from checks.model.report import ValidationReport
from contracts.filing_layout import FilingLayout
from contracts.form_model import Form
from contracts.plans import Plan
from contracts.procedures import Procedure
from filing.context.rollup_evidence import EvidenceLine
from review.county_state import CountyState, SubmissionVersion
from review.rollup_seals import RollUpSeal
from review.roster import DueCounty, Roster

PROVINCE, CITY, COUNTY = "province", "city", "county"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the county gets for its filing: a number, and the ledger entry that it was filed by."""

    number: str
    sequence: int
    digest: str
    filed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedCounty:
    """One county that is filed, or approved by its city: *report* is of the newest version.

    *earlier* is what was found on each version before it; *reported* the report before any figure was set lower;
    *forms* are what the county had to send. *receipt* and *own*, where a copy of the county's own file lies relative
    to the folder of filings, come with the filing. *past* holds the reports filed in earlier
    years. *shaken* names the earlier years whose filing is younger than the check of this one.
    """

    due_county: DueCounty
    county_state: CountyState
    report: ValidationReport
    plan: Plan | None
    earlier_reports: tuple[tuple[SubmissionVersion, ValidationReport], ...] = ()
    report_as_sent: ValidationReport | None = None
    forms: tuple[Form, ...] = ()
    receipt: Receipt | None = None
    source_file: str = ""
    past_reports: Mapping[int, ValidationReport] = field(default_factory=dict)
    outdated_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """Whose filing it is: the kind (province, city or county), its code and name."""

    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingContext:
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
    included_counties: tuple[IncludedCounty, ...]
    pending_counties: tuple[CountyState, ...]
    contracts_version: str
    ledger_head: str
    as_of: str
    excused_codes: frozenset[str] = frozenset()
    area: Area | None = None
    key_fingerprint: str = ""
    layout: FilingLayout = field(default_factory=FilingLayout)
    evidence: tuple[EvidenceLine, ...] = ()
    seals: Mapping[tuple[str, str], RollUpSeal] = field(default_factory=dict)

    @property
    def owner(self) -> Area:
        """Return whose filing it is."""
        return self.area or Area(PROVINCE, *self.roster.province)

    @property
    def due_counties(self) -> tuple[DueCounty, ...]:
        """Return the due counties city by city; both keep the order in which the roster names them."""
        cities = dict.fromkeys(one.city for one in self.roster.due_counties)
        return tuple(one for city in cities for one in self.roster.due_counties if one.city == city)

    @property
    def counties_by_city(self) -> tuple[tuple[str, tuple[IncludedCounty, ...]], ...]:
        """Return the counted counties by code of city, in the order of the roster."""
        counted = {one.due_county.code: one for one in self.included_counties}
        ordered = [counted[one.code] for one in self.due_counties if one.code in counted]
        cities = dict.fromkeys(one.due_county.city for one in ordered)
        return tuple((city, tuple(one for one in ordered if one.due_county.city == city)) for city in cities)

    @property
    def counties_in_order(self) -> tuple[IncludedCounty, ...]:
        """Return the counted counties in the order of the roster, city by city."""
        return tuple(one for _, counties in self.counties_by_city for one in counties)

    @property
    def filed_counties(self) -> tuple[IncludedCounty, ...]:
        """Return the counties that are filed, in the order of the roster."""
        return tuple(one for one in self.counties_in_order if one.county_state.state in self.procedure.final_states)

    @property
    def missing_status(self) -> str:
        """Return what the missing ones are called: a city waits for its own decisions, the province for filings."""
        return "unreviewed" if self.owner.kind == CITY else "open"

    @property
    def missing_counties(self) -> tuple[tuple[DueCounty, CountyState], ...]:
        """Return every due county not counted nor excused; one nobody has heard of stands at the start."""
        counted = {one.due_county.code for one in self.included_counties} | self.excused_codes
        standing = {one.county: one for one in self.pending_counties}
        return tuple(
            (one, standing.get(one.code) or CountyState(county=one.code, state=self.procedure.initial_state))
            for one in self.due_counties
            if one.code not in counted
        )

    def get_city_name(self, due_county: DueCounty) -> str:
        """Return the name of a county's city."""
        return self.roster.cities.get(due_county.city, due_county.city)

    @property
    def seal(self) -> RollUpSeal | None:
        """Return the newest word on the roll-up of this area; nothing where it was never sealed."""
        return self.seals.get((self._level_id, self.owner.code))

    @property
    def _level_id(self) -> str:
        kinds = (COUNTY, CITY, PROVINCE)
        return self.procedure.levels[kinds.index(self.owner.kind) - len(kinds)].id

    @property
    def responsible_unit(self) -> str:
        """Return the unit that answers for the filing: that of its level's officers, else the area itself."""
        return self.find_unit(self._level_id, self.owner.code, self.owner.name)

    def find_unit(self, level: str, area: str, default: str) -> str:
        """Return the unit of an area's officers at a level."""
        province = area == self.roster.province[0]
        found = (one for one in self.roster.officers if one.level == level and (province or one.area == area))
        return next((one.unit for one in found), default)

    def restrict_to(self, area: Area, *, ledger_head: str, as_of: str) -> "FilingContext":
        """Return the scene of a city or a county alone, resting on the newest entry that concerns it."""
        due = tuple(one for one in self.roster.due_counties if area.code in (one.code, one.city))
        codes = {one.code for one in due}
        return replace(
            self,
            roster=replace(self.roster, due_counties=due),
            included_counties=tuple(one for one in self.included_counties if one.due_county.code in codes),
            pending_counties=tuple(one for one in self.pending_counties if one.county in codes),
            excused_codes=self.excused_codes & codes,
            area=area,
            ledger_head=ledger_head,
            as_of=as_of,
        )
