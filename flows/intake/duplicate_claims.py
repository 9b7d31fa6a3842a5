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

from checks.model.filing_history import Claim
from ledger.atomic_files import write_whole
from ledger.object_store import Store

Plots = Mapping[str, Sequence[str]]

AT_A_TIME: Final = 2_000_000  # rows: their keys are in memory together
_PROVINCE_DIGITS: Final = 2
_SHORT: Final = 32  # digits of a hash in a file name: enough to tell, and no path gets too long for Windows
_KEYS: Final = 1 << 64
_ROW_GROUP: Final = 2_048  # rows that are read or passed over together
_KEY, _OWNER = "key", "owner"
_NONE: Final = pl.DataFrame(schema={_KEY: pl.UInt64})


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """The plots of one version: whose they are, of which year, and the name of their list in the store."""

    year: int
    county: str
    plots: str


@dataclass(frozen=True, slots=True)
class ClaimIndex:
    """The index below a folder. What it is made from is read one version at a time."""

    folder: Path
    store: Store

    def shared(self, asking: Sequence[Source], others: Sequence[Source]) -> Iterator[Claim]:
        """Yield who names the plots of *asking* that another county, or another year, names too; all who name them."""
        asked = [self.file(one) for one in dict.fromkeys(asking)]
        every = [self.file(one) for one in dict.fromkeys([*asking, *others])]
        return shared_plots(asked, every)

    def file(self, source: Source) -> Path:
        """Return the file of a version; it is made where it is missing or not as it was written."""
        folder, stem = self._place(source)
        found = next(folder.glob(f"{stem}-*.parquet"), None)
        if found is not None and found == _called(folder, stem, found.read_bytes()):
            return found
        data = packed(source, json.loads(self.store.read(source.plots)))
        path = _called(folder, stem, data)
        write_whole(path, data)
        if found is not None and found != path:
            found.unlink(missing_ok=True)
        return path

    def _place(self, source: Source) -> tuple[Path, str]:
        # Keys follow from the version of the library that makes them: another one makes files of its own.
        parts = f"polars-{pl.__version__}", str(source.year), source.county[:_PROVINCE_DIGITS]
        return self.folder.joinpath(*parts), f"{source.county}-{source.plots[:_SHORT]}"


def _called(folder: Path, stem: str, data: bytes) -> Path:
    """Name a file by what is in it too: a damaged one would hide a plot that is accounted twice."""
    return folder / f"{stem}-{hashlib.sha256(data).hexdigest()[:_SHORT]}.parquet"


def packed(source: Source, plots: Plots) -> bytes:
    """Return one version's plots as a Parquet file: key, owner, plot and form of each."""
    rows = [(plot, form) for form, named in plots.items() for plot in named]
    frame = pl.DataFrame(rows, schema={"plot": pl.String, "form": pl.String}, orient="row")
    owner = pl.lit(source.year * 1_000_000 + int(source.county), dtype=pl.Int64).alias(_OWNER)
    sink = BytesIO()
    keyed = frame.select(pl.col("plot").hash(seed=0).alias(_KEY), owner, "plot", "form")
    keyed.sort(_KEY, "plot", "form").write_parquet(sink, row_group_size=_ROW_GROUP)
    return sink.getvalue()


def shared_plots(asked: list[Path], every: list[Path], *, at_a_time: int = AT_A_TIME) -> Iterator[Claim]:
    """Yield each naming of those plots in *asked* that *every* (which holds *asked*) has from more than one owner.

    Keys are compared first, a range of them at a time, so that about *at_a_time* are in memory and not all; only what
    has the same key is read out, and told by name.
    """
    if not asked:
        return
    rows = pl.scan_parquet(asked).select(pl.len()).collect().item()
    double = pl.concat([_several(asked, every, found) for found in _ranges(-(-rows // at_a_time))] or [_NONE])
    if double.height:
        yield from _named(every, double)


def _several(asked: list[Path], every: list[Path], keys: tuple[int, int]) -> pl.DataFrame:
    """Return the keys of a range that somebody asks for and that have more than one owner."""
    least, most = (pl.lit(one, pl.UInt64) for one in keys)
    now = pl.col(_KEY).is_between(least, most)
    rows = pl.scan_parquet(every).select(_KEY, _OWNER).filter(now)
    if len(asked) < len(every):
        wanted = pl.scan_parquet(asked).select(_KEY).filter(now)
        rows = rows.join(wanted.unique(), on=_KEY, how="semi")
    owners = rows.group_by(_KEY).agg(pl.min(_OWNER).alias("first"), pl.max(_OWNER).alias("last"))
    return owners.filter(pl.col("first") != pl.col("last")).select(_KEY).collect(engine="streaming")


def _ranges(turns: int) -> Iterator[tuple[int, int]]:
    """Cut the keys into ranges: the rows of a file lie in the order of their keys, so that a range skips the others."""
    for turn in range(turns):
        yield _KEYS * turn // turns, _KEYS * (turn + 1) // turns - 1


def _named(every: list[Path], double: pl.DataFrame) -> Iterator[Claim]:
    named = pl.scan_parquet(every).join(double.lazy(), on=_KEY, how="semi").collect(engine="streaming")
    several = pl.col(_OWNER).n_unique().over("plot") > 1  # the names themselves: keys may fall together
    for plot, form, owner in named.filter(several).select("plot", "form", _OWNER).iter_rows():
        year, county = divmod(owner, 1_000_000)
        yield Claim(plot=plot, form=form, year=year, county=f"{county:06d}")
