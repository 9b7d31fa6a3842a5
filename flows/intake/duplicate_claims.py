"""Find the plots that more than one submission accounts, with an index of Parquet files in the state folder.

The index is derived: it has one file for each version, by year and province, made from the list of plots that is kept
with the version's check. It may be deleted; a search makes the files that it needs again.
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
from checks.parsing.code_spellings import standardise_plots_expr
from ledger.atomic_files import remove_partial_files, write_atomically
from ledger.object_store import ObjectStore

PlotsByForm = Mapping[str, Sequence[str]]

MAX_ROWS_IN_MEMORY: Final = 2_000_000
# Plots are indexed in one spelling; files made before that are not used.
_SPELLING: Final = "plain"
_PROVINCE_DIGITS: Final = 2
# Digits of a hash in a file name: enough to be unique, and few enough for the longest path that Windows allows.
_HASH_DIGITS: Final = 32
_KEY_SPACE: Final = 1 << 64
# Rows of a Parquet file that are read or skipped together.
_ROW_GROUP_SIZE: Final = 2_048
_KEY_COLUMN, _OWNER_COLUMN = "key", "owner"
_NO_KEYS: Final = pl.DataFrame(schema={_KEY_COLUMN: pl.UInt64})


@dataclass(frozen=True, slots=True, order=True)
class ClaimSource:
    """The plots of one version: year, county, and the name of the list of plots in the store."""

    year: int
    county: str
    plot_list_name: str


@dataclass(frozen=True, slots=True)
class ClaimIndex:
    """The index of claimed plots in *folder*, made from the lists in *store*, of which one at a time is in memory."""

    folder: Path
    store: ObjectStore

    def find_shared_claims(
        self, asking_sources: Sequence[ClaimSource], other_sources: Sequence[ClaimSource]
    ) -> Iterator[PlotClaim]:
        """Yield all claims on those plots of *asking_sources* that another county or another year claims too.

        Partial files that a killed run left in the index are removed first.
        """
        for folder in {self._locate_file(source)[0] for source in (*asking_sources, *other_sources)}:
            remove_partial_files(folder)
        asking_files = list(map(self.ensure_file, dict.fromkeys(asking_sources)))
        all_files = list(map(self.ensure_file, dict.fromkeys([*asking_sources, *other_sources])))
        return find_shared_plots(asking_files, all_files)

    def ensure_file(self, source: ClaimSource) -> Path:
        """Return the path of a version's file, which is written if it is missing or damaged."""
        folder, stem = self._locate_file(source)
        existing = next(folder.glob(f"{stem}-*.parquet"), None)
        if existing is not None and existing == _name_file(folder, stem, existing.read_bytes()):
            return existing
        data = pack_plots(source, json.loads(self.store.load_object(source.plot_list_name)))
        path = _name_file(folder, stem, data)
        write_atomically(path, data)
        if existing is not None and existing != path:
            existing.unlink(missing_ok=True)
        return path

    def _locate_file(self, source: ClaimSource) -> tuple[Path, str]:
        # Another version of polars may hash plots to other keys, so that each version has files of its own.
        parts = f"polars-{pl.__version__}-{_SPELLING}", str(source.year), source.county[:_PROVINCE_DIGITS]
        return self.folder.joinpath(*parts), f"{source.county}-{source.plot_list_name[:_HASH_DIGITS]}"


def _name_file(folder: Path, stem: str, data: bytes) -> Path:
    """Return a path that has the hash of the contents: a damaged file would hide a plot that is accounted twice."""
    return folder / f"{stem}-{hashlib.sha256(data).hexdigest()[:_HASH_DIGITS]}.parquet"


def pack_plots(source: ClaimSource, plots: PlotsByForm) -> bytes:
    """Return one version's plots as the bytes of a Parquet file, with key, owner, plot and form of each.

    The owner is one number, the year followed by the six digits of the county.
    """
    rows: list[tuple[str, str]] = []
    for form, plot_numbers in plots.items():
        rows += [(plot, form) for plot in plot_numbers]
    frame = pl.DataFrame(rows, schema={"plot": pl.String, "form": pl.String}, orient="row")
    frame = frame.with_columns(standardise_plots_expr(pl.col("plot")))
    owner = pl.lit(source.year * 1_000_000 + int(source.county), dtype=pl.Int64).alias(_OWNER_COLUMN)
    sink = BytesIO()
    keyed = frame.select(pl.col("plot").hash(seed=0).alias(_KEY_COLUMN), owner, "plot", "form")
    keyed.sort(_KEY_COLUMN, "plot", "form").write_parquet(sink, row_group_size=_ROW_GROUP_SIZE)
    return sink.getvalue()


def find_shared_plots(
    asking_files: list[Path], all_files: list[Path], *, max_rows: int = MAX_ROWS_IN_MEMORY
) -> Iterator[PlotClaim]:
    """Yield all claims on those plots of *asking_files* that have more than one owner in *all_files*.

    *all_files* includes *asking_files*. Hash keys are compared first, one range of keys at a time, so that about
    *max_rows* of them are in memory; only the rows that share a key are then compared by plot number.
    """
    if not asking_files:
        return
    row_count = pl.scan_parquet(asking_files).select(pl.len()).collect().item()
    key_ranges = _split_key_ranges(-(-row_count // max_rows))
    keys_by_range = [_find_shared_keys(asking_files, all_files, key_range) for key_range in key_ranges]
    shared_keys = pl.concat(keys_by_range or [_NO_KEYS])
    if shared_keys.height:
        yield from _collect_claims(all_files, shared_keys)


def _find_shared_keys(asking_files: list[Path], all_files: list[Path], key_range: tuple[int, int]) -> pl.DataFrame:
    """Return the keys within *key_range* that are in *asking_files* and have more than one owner."""
    first_key, last_key = key_range
    is_in_range = pl.col(_KEY_COLUMN).is_between(pl.lit(first_key, pl.UInt64), pl.lit(last_key, pl.UInt64))
    rows = pl.scan_parquet(all_files).select(_KEY_COLUMN, _OWNER_COLUMN).filter(is_in_range)
    if len(asking_files) < len(all_files):
        asking_keys = pl.scan_parquet(asking_files).select(_KEY_COLUMN).filter(is_in_range)
        rows = rows.join(asking_keys.unique(), on=_KEY_COLUMN, how="semi")
    owners = rows.group_by(_KEY_COLUMN).agg(pl.min(_OWNER_COLUMN).alias("first"), pl.max(_OWNER_COLUMN).alias("last"))
    return owners.filter(pl.col("first") != pl.col("last")).select(_KEY_COLUMN).collect(engine="streaming")


def _split_key_ranges(range_count: int) -> Iterator[tuple[int, int]]:
    """Yield first and last key of each range; files are sorted by key, so that a search skips the other ranges."""
    for index in range(range_count):
        yield _KEY_SPACE * index // range_count, _KEY_SPACE * (index + 1) // range_count - 1


def _collect_claims(all_files: list[Path], shared_keys: pl.DataFrame) -> Iterator[PlotClaim]:
    rows = pl.scan_parquet(all_files).join(shared_keys.lazy(), on=_KEY_COLUMN, how="semi").collect(engine="streaming")
    # Plot numbers are compared as well as keys: two of them may have the same key.
    is_shared = pl.col(_OWNER_COLUMN).n_unique().over("plot") > 1
    for plot, form, owner in rows.filter(is_shared).select("plot", "form", _OWNER_COLUMN).iter_rows():
        year, county = divmod(owner, 1_000_000)
        yield PlotClaim(plot=plot, form=form, year=year, county=f"{county:06d}")
