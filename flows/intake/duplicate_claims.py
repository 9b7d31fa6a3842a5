"""Which plots more than one submission accounts: searched in files beside the store, a part of the plots at a time.

The index is derived: one Parquet file a version, by year and province, made from the list that is kept with its check.
It may be deleted; what a search needs is made again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl

from checks.model.filing_history import PlotClaim
from ledger.atomic_files import write_atomically
from ledger.object_store import ObjectStore

PlotsByForm = Mapping[str, Sequence[str]]

MAX_ROWS_IN_MEMORY: Final = 2_000_000  # rows: their keys are in memory together
_PROVINCE_DIGITS: Final = 2
_HASH_DIGITS: Final = 32  # digits of a hash in a file name: enough to tell, and no path gets too long for Windows
_KEY_SPACE: Final = 1 << 64
_ROW_GROUP_SIZE: Final = 2_048  # rows that are read or passed over together
_KEY_COLUMN, _OWNER_COLUMN = "key", "owner"
_NO_KEYS: Final = pl.DataFrame(schema={_KEY_COLUMN: pl.UInt64})


@dataclass(frozen=True, slots=True, order=True)
class ClaimSource:
    """The plots of one version: whose they are, of which year, and the name of their list in the store."""

    year: int
    county: str
    plot_list_name: str


@dataclass(frozen=True, slots=True)
class ClaimIndex:
    """The index below a folder. What it is made from is read one version at a time."""

    folder: Path
    store: ObjectStore

    def find_shared_claims(
        self, asking_sources: Sequence[ClaimSource], other_sources: Sequence[ClaimSource]
    ) -> Iterator[PlotClaim]:
        """Yield who names the plots of *asking* that another county, or another year, names too; all who name them."""
        asked = [self.ensure_file(one) for one in dict.fromkeys(asking_sources)]
        every = [self.ensure_file(one) for one in dict.fromkeys([*asking_sources, *other_sources])]
        return find_shared_plots(asked, every)

    def ensure_file(self, source: ClaimSource) -> Path:
        """Return the file of a version; it is made where it is missing or not as it was written."""
        folder, stem = self._locate_file(source)
        found = next(folder.glob(f"{stem}-*.parquet"), None)
        if found is not None and found == _name_file(folder, stem, found.read_bytes()):
            return found
        data = pack_plots(source, json.loads(self.store.load_object(source.plot_list_name)))
        path = _name_file(folder, stem, data)
        write_atomically(path, data)
        if found is not None and found != path:
            found.unlink(missing_ok=True)
        return path

    def _locate_file(self, source: ClaimSource) -> tuple[Path, str]:
        # Keys follow from the version of the library that makes them: another one makes files of its own.
        parts = f"polars-{pl.__version__}", str(source.year), source.county[:_PROVINCE_DIGITS]
        return self.folder.joinpath(*parts), f"{source.county}-{source.plot_list_name[:_HASH_DIGITS]}"


def _name_file(folder: Path, stem: str, data: bytes) -> Path:
    """Name a file by what is in it too: a damaged one would hide a plot that is accounted twice."""
    return folder / f"{stem}-{hashlib.sha256(data).hexdigest()[:_HASH_DIGITS]}.parquet"


def pack_plots(source: ClaimSource, plots: PlotsByForm) -> bytes:
    """Return one version's plots as a Parquet file: key, owner, plot and form of each."""
    rows = [(plot, form) for form, named in plots.items() for plot in named]
    frame = pl.DataFrame(rows, schema={"plot": pl.String, "form": pl.String}, orient="row")
    owner = pl.lit(source.year * 1_000_000 + int(source.county), dtype=pl.Int64).alias(_OWNER_COLUMN)
    sink = BytesIO()
    keyed = frame.select(pl.col("plot").hash(seed=0).alias(_KEY_COLUMN), owner, "plot", "form")
    keyed.sort(_KEY_COLUMN, "plot", "form").write_parquet(sink, row_group_size=_ROW_GROUP_SIZE)
    return sink.getvalue()


def find_shared_plots(
    asking_files: list[Path], all_files: list[Path], *, max_rows: int = MAX_ROWS_IN_MEMORY
) -> Iterator[PlotClaim]:
    """Yield each naming of those plots in *asked* that *every* (which holds *asked*) has from more than one owner.

    Keys are compared first, a range of them at a time, so that about *at_a_time* are in memory and not all; only what
    has the same key is read out, and told by name.
    """
    if not asking_files:
        return
    rows = pl.scan_parquet(asking_files).select(pl.len()).collect().item()
    double = pl.concat(
        [_find_shared_keys(asking_files, all_files, found) for found in _split_key_ranges(-(-rows // max_rows))]
        or [_NO_KEYS]
    )
    if double.height:
        yield from _collect_claims(all_files, double)


def _find_shared_keys(asking_files: list[Path], all_files: list[Path], key_range: tuple[int, int]) -> pl.DataFrame:
    """Return the keys of a range that somebody asks for and that have more than one owner."""
    least, most = (pl.lit(one, pl.UInt64) for one in key_range)
    now = pl.col(_KEY_COLUMN).is_between(least, most)
    rows = pl.scan_parquet(all_files).select(_KEY_COLUMN, _OWNER_COLUMN).filter(now)
    if len(asking_files) < len(all_files):
        wanted = pl.scan_parquet(asking_files).select(_KEY_COLUMN).filter(now)
        rows = rows.join(wanted.unique(), on=_KEY_COLUMN, how="semi")
    owners = rows.group_by(_KEY_COLUMN).agg(pl.min(_OWNER_COLUMN).alias("first"), pl.max(_OWNER_COLUMN).alias("last"))
    return owners.filter(pl.col("first") != pl.col("last")).select(_KEY_COLUMN).collect(engine="streaming")


def _split_key_ranges(range_count: int) -> Iterator[tuple[int, int]]:
    """Cut the keys into ranges: the rows of a file lie in the order of their keys, so that a range skips the others."""
    for turn in range(range_count):
        yield _KEY_SPACE * turn // range_count, _KEY_SPACE * (turn + 1) // range_count - 1


def _collect_claims(all_files: list[Path], shared_keys: pl.DataFrame) -> Iterator[PlotClaim]:
    named = pl.scan_parquet(all_files).join(shared_keys.lazy(), on=_KEY_COLUMN, how="semi").collect(engine="streaming")
    several = pl.col(_OWNER_COLUMN).n_unique().over("plot") > 1  # the names themselves: keys may fall together
    for plot, form, owner in named.filter(several).select("plot", "form", _OWNER_COLUMN).iter_rows():
        year, county = divmod(owner, 1_000_000)
        yield PlotClaim(plot=plot, form=form, year=year, county=f"{county:06d}")
