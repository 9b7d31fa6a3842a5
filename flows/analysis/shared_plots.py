"""Plots that counties of several ledgers account twice: across provinces, and across years.

A run knows the plots of its own ledger only. The search is that of a run, over the index files of all ledgers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checks.model.filing_history import PlotClaim
from checks.model.finding import Refusal
from checks.parsing.code_spellings import standardise_plot
from checks.versions.row_identity import build_form_snapshots
from checks.versions.version_diff import FormSnapshot
from contracts.form_model import Role
from flows.intake.duplicate_claims import ClaimIndex, ClaimSource, find_shared_plots
from flows.year.locations import YearPaths
from flows.year.year_state import YearState, build_year_state
from ledger.errors import ObjectDamagedError, ObjectMissingError
from review.check_inputs import has_active_claims
from review.county_state import SubmissionVersion, find_recorded_roster
from workbooks.reader.read_workbook import read_workbook

Owner = tuple[int, str]
"""The year and the county that account a plot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPlace:
    """Where one county accounts a plot: *cell* as ``sheet!address``, empty if its file cannot be read any more."""

    year: int
    county: str
    county_name: str
    form: str
    file: str
    cell: str


@dataclass(frozen=True, slots=True)
class SharedPlot:
    """A plot, and all places where it is accounted, by year and county."""

    plot: str
    places: tuple[ClaimPlace, ...]


@dataclass(frozen=True, slots=True)
class _ClaimingVersion:
    """A version whose plots count as accounted; *paths* are those of its year."""

    paths: YearPaths
    county: str
    county_name: str
    version: SubmissionVersion

    @property
    def owner(self) -> Owner:
        """The year and the county."""
        return self.paths.year, self.county

    @property
    def source(self) -> ClaimSource:
        """The list of its plots."""
        return ClaimSource(self.paths.year, self.county, self.version.plots_sha256)


@dataclass(frozen=True, slots=True)
class ClaimSearch:
    """What was searched and found: *owner_count* counties and years with plots in *ledger_count* ledgers.

    *repeated_owners* are in more than one ledger; the first ledger that has them counts.
    """

    ledger_count: int
    owner_count: int
    shared_plots: tuple[SharedPlot, ...]
    repeated_owners: tuple[Owner, ...] = ()


def search_shared_plots(places: Sequence[YearPaths], index_folder: Path) -> ClaimSearch:
    """Return every plot that has more than one owner over all ledgers and years; the index is kept in *index_folder*.

    Raises `LedgerMissingError` if a place has no ledger.
    """
    versions: dict[Owner, _ClaimingVersion] = {}
    repeated_owners: set[Owner] = set()
    files: list[Path] = []
    for place in places:
        index = ClaimIndex(index_folder, place.open_store())
        for claiming in _list_claiming_versions(place):
            if claiming.owner in versions:
                repeated_owners.add(claiming.owner)
                continue
            versions[claiming.owner] = claiming
            files.append(index.ensure_file(claiming.source))
    shared_plots = tuple(_locate_plots(_group_by_plot(files), versions))
    return ClaimSearch(len(places), len(versions), shared_plots, tuple(sorted(repeated_owners)))


def _group_by_plot(files: list[Path]) -> dict[str, set[PlotClaim]]:
    claims_by_plot: dict[str, set[PlotClaim]] = {}
    for claim in find_shared_plots(files, files):
        claims_by_plot.setdefault(claim.plot, set()).add(claim)
    return claims_by_plot


def _list_claiming_versions(place: YearPaths) -> Iterator[_ClaimingVersion]:
    with place.open_ledger(must_exist=True) as ledger:
        for year in ledger.list_years():
            history = ledger.list_entries(year)
            roster = find_recorded_roster(history)
            if roster is not None:
                yield from _list_versions_of_year(build_year_state(replace(place, year=year), roster, history))


def _list_versions_of_year(state: YearState) -> Iterator[_ClaimingVersion]:
    for county, county_state in state.county_states.items():
        version = county_state.newest_version
        if version is not None and version.plots_sha256 and has_active_claims(state.procedure, county_state):
            due_county = state.roster.find_county(county)
            name = due_county.name if due_county is not None else ""
            yield _ClaimingVersion(state.paths, county, name, version)


def _locate_plots(
    claims_by_plot: Mapping[str, Iterable[PlotClaim]], versions: Mapping[Owner, _ClaimingVersion]
) -> Iterator[SharedPlot]:
    """Yield the plots in their order with the cells of their claims; each workbook is read once."""
    cells_by_owner: dict[Owner, dict[tuple[str, str], str]] = {}
    for plot, claims in sorted(claims_by_plot.items()):
        places = []
        for claim in sorted(claims, key=lambda claim: (claim.year, claim.county, claim.form)):
            owner = (claim.year, claim.county)
            if owner not in cells_by_owner:
                cells_by_owner[owner] = _map_plot_cells(versions[owner])
            places.append(_build_place(versions[owner], claim, cells_by_owner[owner]))
        yield SharedPlot(plot, tuple(places))


def _build_place(claiming: _ClaimingVersion, claim: PlotClaim, cells: Mapping[tuple[str, str], str]) -> ClaimPlace:
    return ClaimPlace(
        year=claim.year,
        county=claim.county,
        county_name=claiming.county_name,
        form=claim.form,
        file=claiming.version.name,
        cell=cells.get((claim.form, claim.plot), ""),
    )


def _map_plot_cells(claiming: _ClaimingVersion) -> dict[tuple[str, str], str]:
    """Return the first cell of each plot by form and plot; nothing if the stored file cannot be read any more."""
    library = claiming.paths.open_contracts()
    messages = library.get_messages()
    try:
        data = claiming.paths.open_store().load_object(claiming.version.sha256)
    except (ObjectMissingError, ObjectDamagedError):
        return {}
    workbook = read_workbook(data, messages)
    if isinstance(workbook, Refusal):
        return {}
    cells: dict[tuple[str, str], str] = {}
    for name, form in build_form_snapshots(workbook, library, messages).items():
        for plot, cell in _list_plot_cells(form):
            cells.setdefault((name, plot), cell)
    return cells


def _list_plot_cells(form: FormSnapshot) -> Iterator[tuple[str, str]]:
    fields = [field.name for field in form.form.fields if field.role is Role.PLOT and field.name in form.columns]
    for row in form.rows:
        for field in fields:
            cell = form.get_cell(row, field)
            yield standardise_plot(row.texts[field]), f"{cell.sheet}!{cell.address}"
