"""The plots that all is measured on: made by ``hesuan sample``, read once, multiplied, some of them spoilt."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from checks.model.finding import Refusal
from checks.recognition.column_names import ROW
from checks.recognition.cover import identify_submission, read_cover
from checks.recognition.form_instance import FormUnderCheck, recognise_forms
from checks.recognition.table import Table
from checks.versions.returned_sheets import remove_returned_sheets
from contracts.contract_library import open_library
from contracts.form_model import Role
from desk.commands.sample import SampleRequest, make_samples
from workbooks.reader.read_workbook import read_workbook
from workbooks.reader.worker_pool import get_shared_pool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.model.raw_workbook import RawWorkbook

FORM = "new_farmland"
YEAR = 2024
SEED = 7
SPOILT = 10  # one plot in so many fails, where some are to fail
_KINDS = 8
_FRAMES = ("raw", "body", "totals", "numbers")


def workbook(folder: Path, plots: int) -> Path:
    """Return a county's workbook of so many plots, made if it is not there yet."""
    out = folder / f"{plots}-plots"
    if not out.exists():
        make_samples(open_library(), SampleRequest(year=YEAR, counties=1, plots=plots, seed=SEED, out=out))
    return next(path for path in sorted(out.rglob("*.xlsx")) if path.parent.name.isdigit())


def subject_of(path: Path) -> FormUnderCheck:
    """Return the plot form of a workbook as the checks see it, the other forms beside it."""
    book = read_workbook(path.read_bytes(), open_library().get_messages())
    get_shared_pool().close()
    if isinstance(book, Refusal):
        raise TypeError(book.message)
    return next(subject for subject in subjects_in(book) if subject.form.name == FORM)


def subjects_in(book: "RawWorkbook") -> tuple[FormUnderCheck, ...]:
    """Return every form of a sample, its table taken into frames."""
    library = open_library()
    words, form = library.get_messages(), library.compile_cover()
    own = remove_returned_sheets(book, words)
    cover = read_cover(own, form)
    identity = identify_submission(cover, form, words)
    if cover is None or isinstance(identity, Refusal):
        raise TypeError("the sample has no cover")
    package = library.find_package(identity.county, identity.year)
    if package is None:
        raise TypeError("no contract holds for the sample")
    return recognise_forms(own, cover, library.compile_submission(package, identity.year))


def table_of(subject: FormUnderCheck) -> Table:
    """Return the plot table of a subject."""
    if subject.table is None:
        raise TypeError("the sample has no table of plots")
    return subject.table


def with_table(subject: FormUnderCheck, table: Table) -> FormUnderCheck:
    """Return the subject with another table in the place of its own."""
    return replace(subject, table=table, tables={**subject.tables, FORM: table})


def multiplied(table: Table, times: int) -> Table:
    """Return a table of as many plots over again, numbered through, with the total that is then due."""
    height = table.body.height
    plots = table.raw.filter(pl.col(ROW).is_in(table.body[ROW].implode()))
    moved = (pl.col(ROW) + height * (times - 1)).alias(ROW)
    figures = [field.name for field in table.form.get_fields_by_role(Role.FIGURE)]
    whole = table.body.select(pl.col(figure).sum() * times for figure in figures).row(0, named=True)
    stated = [pl.lit(amount).cast(table.body.schema[name]).alias(name) for name, amount in whole.items()]
    texts = [pl.lit(format(amount, "f")).alias(f"{name}:number") for name, amount in whole.items()]
    return replace(
        table,
        raw=pl.concat([_repeated(plots, times, height), _moved(table, height * (times - 1))]),
        body=_repeated(table.body, times, height),
        totals=table.totals.with_columns(moved, *stated),
        numbers=table.numbers.with_columns(moved, *texts),
    )


def _moved(table: Table, by: int) -> pl.DataFrame:
    totals = table.raw.filter(pl.col(ROW).is_in(table.totals[ROW].implode()))
    return totals.with_columns(pl.col(ROW) + by)


def _repeated(rows: pl.DataFrame, times: int, height: int) -> pl.DataFrame:
    serial = pl.col("serial").cast(pl.Int64)
    parts = [
        rows.with_columns(
            pl.col(ROW) + height * at,
            (serial + height * at).cast(rows.schema["serial"]).alias("serial"),
            pl.format("{}-{}", "plot", pl.lit(at)).alias("plot"),
        )
        for at in range(times)
    ]
    return pl.concat(parts, rechunk=True)


def spoilt(table: Table) -> Table:
    """Return a table in which one plot in ten fails, each of eight kinds as often as the next."""
    changes: Mapping[str, tuple[int, pl.Expr]] = {
        "slope": (0, pl.lit("9")),
        "class_after": (1, pl.lit("0305")),
        "parcel": (2, pl.lit(None, pl.String)),
        "town_code": (3, pl.lit("620000001")),
        "new_mu": (4, pl.col("new_mu") + 1),
        "plot": (5, pl.lit("同号")),
        "ownership": (6, pl.lit("99")),
        "accepted_on": (7, pl.lit("2023-05-06")),
    }
    at = pl.int_range(pl.len())
    fails, kind = at % SPOILT == 3, at // SPOILT % _KINDS
    body = table.body.with_columns(
        pl.when(fails & (kind == which)).then(value).otherwise(pl.col(name)).cast(table.body.schema[name]).alias(name)
        for name, (which, value) in changes.items()
    )
    return replace(table, body=body)


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a table's frames lie between processes."""

    folder: Path

    def keep(self, table: Table) -> None:
        """Write the frames."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in _FRAMES:
            getattr(table, name).write_ipc(self.folder / f"{name}.arrow")

    def restore(self, table: Table) -> Table:
        """Return *table* with the frames that were written."""
        raw, body, totals, numbers = (pl.read_ipc(self.folder / f"{name}.arrow") for name in _FRAMES)
        return replace(table, raw=raw, body=body, totals=totals, numbers=numbers)
