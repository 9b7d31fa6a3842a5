"""Plots that several account: the index finds what comparing everything with everything finds."""

import json
import os
from itertools import combinations
from pathlib import Path
from random import Random

import polars as pl
import pytest

from checks.model.filing_history import PlotClaim
from flows.intake.duplicate_claims import ClaimIndex, ClaimSource, find_shared_plots, pack_plots
from ledger.folder_store import FolderStore
from tests.benchmarks.claims import measure

Lists = dict[ClaimSource, dict[str, list[str]]]
FORMS = ("added_plots", "supplemented_plots")


@pytest.fixture
def index(tmp_path: Path) -> ClaimIndex:
    """Lay out an index beside an empty store."""
    return ClaimIndex(tmp_path / "state" / "claims", FolderStore(tmp_path / "state"))


def kept(index: ClaimIndex, year: int, county: str, plots: dict[str, list[str]]) -> ClaimSource:
    """Keep a version's list as a check does."""
    return ClaimSource(year, county, index.store.store_object(json.dumps(plots).encode()))


def drawn(index: ClaimIndex, seed: int) -> Lists:
    """Draw lists of plots for eight counties of four years, from so few plots that many are named several times."""
    random = Random(seed)  # noqa: S311 - a test's draw
    found: Lists = {}
    for year in (2021, 2022, 2023, 2024):
        for county in random.sample([f"{at:06d}" for at in range(620101, 620131)], 8):
            drawn = random.sample([f"地块{at}" for at in range(400)], random.randrange(12))
            cut = random.randrange(len(drawn) + 1)
            plots = dict(zip(FORMS, (drawn[:cut], drawn[cut:]), strict=True))
            found[kept(index, year, county, plots)] = plots
    return found


def compared(lists: Lists, asking: list[ClaimSource]) -> set[PlotClaim]:
    """Compare every version with every other, plot by plot."""
    names = {item: [(plot, form) for form, plots in given.items() for plot in plots] for item, given in lists.items()}
    double = {
        plot
        for item, other in combinations(lists, 2)
        for plot in {plot for plot, _ in names[item]} & {plot for plot, _ in names[other]}
    }
    asked = {plot for item in asking for plot, _ in names[item]} & double
    return {
        PlotClaim(plot=plot, form=form, year=item.year, county=item.county)
        for item, named in names.items()
        for plot, form in named
        if plot in asked
    }


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("at_a_time", [10, 60, 10_000])
def test_search_in_turns_finds_what_comparing_all_finds(index: ClaimIndex, seed: int, at_a_time: int) -> None:
    """Whoever asks, and however few plots are looked at together."""
    lists = drawn(index, seed)
    this_year = [list_ for list_ in lists if list_.year == 2024]
    for asking in (this_year, this_year[:1]):
        files = [[index.ensure_file(item) for item in some] for some in (asking, lists)]
        found = list(find_shared_plots(files[0], files[1], max_rows=at_a_time))
        assert len(found) == len(set(found))
        assert set(found) == compared(lists, asking)
        assert set(index.find_shared_claims(asking, list(lists))) == set(found)
    assert compared(lists, this_year)  # there was something to find


def test_keys_that_fall_together_are_told_apart(tmp_path: Path) -> None:
    """Two plots with one key are not one plot."""
    places = []
    for at, plot in enumerate(("甲", "乙")):
        data = pack_plots(ClaimSource(2024, f"62010{at}", "0" * 64), {"added_plots": [plot]})
        path = tmp_path / f"{at}.parquet"
        pl.read_parquet(data).with_columns(key=pl.lit(7, pl.UInt64)).write_parquet(path)
        places.append(path)
    assert list(find_shared_plots(places, places)) == []


def test_index_is_made_again(index: ClaimIndex) -> None:
    """Deleted, it comes back the same, from the store alone; a version is indexed once."""
    source = kept(index, 2024, "620102", {"added_plots": ["甲", "乙"], "supplemented_plots": []})
    path = index.ensure_file(source)
    first, made = path.read_bytes(), path.stat().st_mtime_ns
    assert index.ensure_file(source).stat().st_mtime_ns == made
    path.unlink()
    assert index.ensure_file(source).read_bytes() == first


def test_nobody_asks(index: ClaimIndex) -> None:
    """Nothing is looked up then."""
    source = kept(index, 2024, "620102", {"added_plots": ["甲"]})
    assert list(index.find_shared_claims([], [source])) == []


def test_benchmark_runs(tmp_path: Path) -> None:
    """The measurement at its smallest: it finds the plots that it doubled, all of them and no other."""
    found = measure(2_000, tmp_path, a_county=100, doubled=7, at_a_time=500)
    assert (found.rows, found.counties, found.found) == (2_000, 20, 14)
    assert found.least_memory > 0


def test_a_damaged_file_is_made_again(index: ClaimIndex) -> None:
    """One flipped byte anywhere must neither stop a search nor hide what is accounted twice."""
    ours = kept(index, 2024, "620101", {FORMS[0]: ["地块1", "地块2"]})
    theirs = kept(index, 2024, "620102", {FORMS[1]: ["地块2"]})
    due = set(index.find_shared_claims([ours], [theirs]))
    assert {item.county for item in due} == {"620101", "620102"}
    size = index.ensure_file(theirs).stat().st_size
    for at in range(0, size, 97):
        path = index.ensure_file(theirs)
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(bytes(data))
        assert set(index.find_shared_claims([ours], [theirs])) == due, at
    index.ensure_file(theirs).write_bytes(b"")
    assert set(index.find_shared_claims([ours], [theirs])) == due
    assert len(list(index.folder.rglob("*.parquet"))) == 2


def test_partial_files_of_killed_runs_are_removed(index: ClaimIndex) -> None:
    """A file that a killed run was writing is cleared by the next search, though nothing has to be written."""
    source = kept(index, 2024, "620101", {FORMS[0]: ["地块1"]})
    folder = index.ensure_file(source).parent
    partial = folder / ".hesuan-0123456789abcdef.partial"
    partial.write_bytes(b"PAR1")
    os.utime(partial, (0, 0))
    assert list(index.find_shared_claims([source], [source])) == []
    assert not partial.exists()
