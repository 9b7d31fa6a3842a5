"""What a filing is built from: the counties due, those filed, those still missing, and whose filing it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from checks.model.report import ValidationReport
from contracts.filing_layout import FilingLayout
from contracts.form_model import Form
from contracts.plans import Plan
from contracts.procedures import Procedure
from filing.context.rollup_evidence import EvidenceLine
from review.county_state import CountyState, SubmissionVersion
from review.rollup_seals import RollUpSeal
from review.roster import DueCounty, Roster
from review.roster_gaps import RosterGaps

PROVINCE, CITY, COUNTY = "province", "city", "county"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The county's receipt (备案回执) for its filing: a number, and the ledger entry that recorded the filing.

    *filed_at* is UTC in ISO 8601.
    """

    number: str
    sequence: int
    digest: str
    filed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedCounty:
    """A county that is filed, or approved by its city; *report* is that of the newest version.

    *earlier_reports* are those of the versions before it; *report_as_sent* is the report before the city reduced any
    figure; *forms* are those that the county had to send. *receipt* and *source_file*, the path of the copy of the
    county's own file relative to the folder of filings, are set once the county is filed. *past_reports* are those
    filed for earlier years, by year. *outdated_years* are the earlier years that were filed anew after this version
    was checked.
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
    """An administrative area: its kind (province, city or county), six-digit code and name."""

    kind: str
    code: str
    name: str


COVER_SIGNERS, COVER_DAY = ("responsible", "checked_by", "filled_by"), "filled_on"
"""The fields of a county's cover with the people who sign it, and with the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedNotice:
    """What a workbook says of a filing that is no longer in force.

    *end* is how it ended (undone or replaced) and *filing_number* which filing of the county it was, from 1. *day* and
    *document_number* are those of the decision that ended it, which is the ledger entry *sequence*.
    """

    end: str
    filing_number: int
    day: str
    document_number: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingContext:
    """Everything that a filing is built from.

    *included_counties* are those whose figures the filing adds up: the filed ones and, in a city's filing, those that
    the city has approved. *pending_counties* are the other counties with a state on record. *excused_codes* are the
    due counties that need not report this year. *contracts_version* is the version of the rules; *ledger_head* the
    digest of the ledger entry that the filing rests on, and *as_of* the time of that entry (UTC, ISO 8601): no other
    date is used, so that one history gives one workbook. *area* is the owner of the filing; None is the province.
    *key_fingerprint* is that of the key that signs the manifest. *layout* says which tables the filing has besides the
    roll-up. *evidence* is how the roll-ups compare with their expectations. *seals* has the newest seal of each
    roll-up, by level and area code. *ended* is set if the filing was undone or replaced. *roster_gaps* are the counties
    that fell out since last year.
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
    roster_gaps: RosterGaps = field(default_factory=RosterGaps)
    ended: EndedNotice | None = None

    @property
    def owner(self) -> Area:
        """The area whose filing it is."""
        return self.area or Area(PROVINCE, *self.roster.province)

    @property
    def due_counties(self) -> tuple[DueCounty, ...]:
        """The due counties, city by city; cities and counties are in the order of the roster."""
        counties_by_city: dict[str, list[DueCounty]] = {}
        for county in self.roster.due_counties:
            counties_by_city.setdefault(county.city, []).append(county)
        return tuple(chain.from_iterable(counties_by_city.values()))

    @property
    def counties_by_city(self) -> tuple[tuple[str, tuple[IncludedCounty, ...]], ...]:
        """The included counties by code of their city, in the order of the roster."""
        included = {county.due_county.code: county for county in self.included_counties}
        counties_by_city: dict[str, list[IncludedCounty]] = {}
        for due_county in self.due_counties:
            if due_county.code in included:
                county = included[due_county.code]
                counties_by_city.setdefault(county.due_county.city, []).append(county)
        return tuple((city, tuple(counties)) for city, counties in counties_by_city.items())

    @property
    def counties_in_order(self) -> tuple[IncludedCounty, ...]:
        """The included counties in the order of the roster, city by city."""
        return tuple(chain.from_iterable(dict(self.counties_by_city).values()))

    @property
    def filed_counties(self) -> tuple[IncludedCounty, ...]:
        """The counties that are filed, in the order of the roster."""
        final_states = self.procedure.final_states
        return tuple(county for county in self.counties_in_order if county.county_state.state in final_states)

    @property
    def filed_codes(self) -> frozenset[str]:
        """The codes of the counties that are filed."""
        return frozenset(county.due_county.code for county in self.filed_counties)

    @property
    def missing_status(self) -> str:
        """The status of a missing county: a city waits for its own decisions, the others wait for filings."""
        if self.owner.kind == CITY:
            return "unreviewed"
        return "open"

    @property
    def missing_counties(self) -> tuple[tuple[DueCounty, CountyState], ...]:
        """The due counties neither included nor excused; one that sent nothing yet is in the initial state."""
        included_codes = {county.due_county.code for county in self.included_counties}
        pending = {county_state.county: county_state for county_state in self.pending_counties}
        missing = []
        for county in self.due_counties:
            if county.code not in included_codes and county.code not in self.excused_codes:
                initial = CountyState(county=county.code, state=self.procedure.initial_state)
                missing.append((county, pending.get(county.code, initial)))
        return tuple(missing)

    def get_city_name(self, due_county: DueCounty) -> str:
        """Return the name of a county's city; its code if the roster does not name the city."""
        return self.roster.cities.get(due_county.city, due_county.city)

    @property
    def seal(self) -> RollUpSeal | None:
        """The newest seal of this area's roll-up, or None if it was never sealed."""
        return self.seals.get((self._level_id, self.owner.code))

    @property
    def _level_id(self) -> str:
        kinds = (COUNTY, CITY, PROVINCE)
        return self.procedure.levels[kinds.index(self.owner.kind) - len(kinds)].id

    @property
    def responsible_unit(self) -> str:
        """The unit that answers for the filing: that of the officers of its level, or else the area itself."""
        return self.find_unit(self._level_id, self.owner.code, self.owner.name)

    def find_signer(self, name: str) -> str:
        """Return who signs a county's filing as *name*, from its cover; empty if that is not known."""
        report = self._own_report
        if report is None:
            return ""
        return report.get_cover_text(name)

    def find_signing_day(self) -> str:
        """Return the day (2025-01-16) on a county's cover, or else of the decision that sealed the area's roll-up.

        Before there is one, it is the day of the newest decision of the owner's level; empty if there is none.
        """
        if self._own_report is not None:
            return self._own_report.get_cover_text(COVER_DAY)
        if self.seal is not None and self.seal.is_sealed:
            return str(self.seal.event.facts.get("date", ""))
        decisions = [decision for county in self.included_counties for decision in county.county_state.decisions]
        days = [str(decision.facts["date"]) for decision in decisions if decision.level == self._level_id]
        return max(days, default="")

    @property
    def _own_report(self) -> ValidationReport | None:
        """The report of the county whose filing it is; None for a city or the province."""
        if self.owner.kind != COUNTY or not self.included_counties:
            return None
        return self.included_counties[0].report

    def find_unit(self, level: str, area: str, default: str) -> str:
        """Return the unit of an area's officers at a level, or *default* if there is no such officer."""
        is_province = area == self.roster.province[0]
        for officer in self.roster.officers:
            if officer.level == level and (is_province or officer.area == area):
                return officer.unit
        return default

    def restrict_to(self, area: Area, *, ledger_head: str, as_of: str) -> "FilingContext":
        """Return the context of one city or county; *ledger_head* is the digest of its newest ledger entry."""
        due_counties = [county for county in self.roster.due_counties if area.code in (county.code, county.city)]
        codes = {county.code for county in due_counties}
        included = [county for county in self.included_counties if county.due_county.code in codes]
        pending = [county_state for county_state in self.pending_counties if county_state.county in codes]
        return replace(
            self,
            roster=replace(self.roster, due_counties=tuple(due_counties)),
            included_counties=tuple(included),
            pending_counties=tuple(pending),
            excused_codes=self.excused_codes & codes,
            roster_gaps=self.roster_gaps.restrict_to(area.code, codes),
            area=area,
            ledger_head=ledger_head,
            as_of=as_of,
        )
