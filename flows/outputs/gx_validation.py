"""Great Expectations on the roll-ups, one suite for each table; imported only where a filing changes."""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from contracts.rollups import Expectation, RollUpTable
from filing.context.rollup_evidence import ExpectationResult
from filing.sheets.rollup_checks import RollUpTableRow

# The engine reads this when it is imported: nothing about a filing leaves the computer.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
with warnings.catch_warnings():
    # The engine itself uses deprecated modules.
    warnings.simplefilter("ignore")
    import great_expectations as gx
    import pandas as pd
    from great_expectations.checkpoint.actions import UpdateDataDocsAction
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

# The engine logs its temporary folders, which are not for a clerk's terminal. Parts of it set levels of their own, so
# setting a level here would not be enough.
_LOG = logging.getLogger("great_expectations")
_LOG.propagate = False
_LOG.addHandler(logging.NullHandler())

FilledTables = Sequence[tuple[RollUpTable, Sequence[RollUpTableRow]]]

ENGINE_SEVERITIES = {
    "hard": FailureSeverity.CRITICAL,
    "soft": FailureSeverity.WARNING,
    "report": FailureSeverity.INFO,
}
# One column of every frame names the row, so that one result format serves all tables of a checkpoint.
ROW_NAME = "row"
RESULT_FORMAT = {"result_format": "COMPLETE", "unexpected_index_column_names": [ROW_NAME]}
_ROLLUPS, _WHOLE_FRAME, _DOCS_SITE = "rollups", "whole", "local"


def validate_rollups(tables: FilledTables, *, docs: Path | None = None) -> dict[str, ExpectationResult]:
    """Return the result of each expectation by its id; write the engine's Data Docs into *docs* if it is given."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if docs is None:
            return _validate_in_memory(tables)
        return _validate_with_docs(tables, docs)


def open_context() -> Any:  # noqa: ANN401 - the engine's types are not exact enough for a strict type check
    """Return an empty context of the engine that leaves nothing behind."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    return context


def define_validations(context: Any, tables: FilledTables, folder: Path | None = None) -> list[Any]:  # noqa: ANN401 - as above
    """Add a suite and a validation definition for each table to *context*; return the definitions.

    Without *folder* a definition gets its frame when it is run. A checkpoint cannot give each of its definitions a
    frame of its own, so the frames are read from files in *folder* if it is given.
    """
    source = context.data_sources.add_pandas(_ROLLUPS)
    definitions = []
    for table, rows in tables:
        if folder is None:
            asset = source.add_dataframe_asset(table.name)
        else:
            path = folder / f"{table.name}.pkl"
            build_frame(table, rows).to_pickle(path)
            asset = source.add_pickle_asset(table.name, filepath_or_buffer=path)
        batch = asset.add_batch_definition_whole_dataframe(_WHOLE_FRAME)
        suite = context.suites.add(build_suite(table))
        definition = gx.ValidationDefinition(name=table.name, data=batch, suite=suite)
        definitions.append(context.validation_definitions.add(definition))
    return definitions


def build_suite(table: RollUpTable) -> gx.ExpectationSuite:
    """Return the suite of a table, which has the table's name."""
    suite = gx.ExpectationSuite(name=table.name, meta={"title": table.title})
    for expectation in table.expectations:
        suite.add_expectation(_build_engine_expectation(expectation))
    return suite


def _build_engine_expectation(expectation: Expectation) -> Any:  # noqa: ANN401 - as above
    meta = {
        "id": expectation.id,
        "rule": expectation.rule,
        "severity": expectation.severity,
        "basis": expectation.basis,
    }
    return get_expectation_impl(expectation.expectation_type)(
        **expectation.arguments,
        meta=meta,
        notes=expectation.description,
        severity=ENGINE_SEVERITIES[expectation.severity],
    )


def build_frame(table: RollUpTable, rows: Sequence[RollUpTableRow]) -> pd.DataFrame:
    """Return the rows as a frame: numbers as floats, all else as texts, and the name of each row."""
    frame = pd.DataFrame(rows, columns=list(table.columns), dtype=object)
    frame = frame.astype(dict.fromkeys(table.number_columns, "float64"))
    frame[ROW_NAME] = pd.Series([_name_row(row, table) for row in rows], dtype=object)
    return frame


def _name_row(row: RollUpTableRow, table: RollUpTable) -> str:
    return " ".join(str(row[name]) for name in table.identifying_columns)


def _validate_in_memory(tables: FilledTables) -> dict[str, ExpectationResult]:
    results: dict[str, ExpectationResult] = {}
    for (table, rows), definition in zip(tables, define_validations(open_context(), tables), strict=True):
        frame = build_frame(table, rows)
        results |= _read_results(definition.run(batch_parameters={"dataframe": frame}, result_format=RESULT_FORMAT))
    return results


def _validate_with_docs(tables: FilledTables, docs: Path) -> dict[str, ExpectationResult]:
    context = open_context()
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)}
    context.add_data_docs_site(site_name=_DOCS_SITE, site_config={"class_name": "SiteBuilder", "store_backend": store})
    results: dict[str, ExpectationResult] = {}
    with TemporaryDirectory() as folder:
        checkpoint = gx.Checkpoint(
            name=_ROLLUPS,
            validation_definitions=define_validations(context, tables, Path(folder)),
            actions=[UpdateDataDocsAction(name="docs", site_names=[_DOCS_SITE])],
            result_format=RESULT_FORMAT,
        )
        outcome = context.checkpoints.add(checkpoint).run()
    for suite_result in outcome.run_results.values():
        results |= _read_results(suite_result)
    return results


def _read_results(suite_result: Any) -> dict[str, ExpectationResult]:  # noqa: ANN401 - as above
    """Return the results of one suite by the id in the meta of each expectation."""
    return {result.expectation_config.meta["id"]: _read_result(result) for result in suite_result.results}


def _read_result(result: Any) -> ExpectationResult:  # noqa: ANN401 - as above
    """Return one result; raise `RuntimeError` if the engine could not evaluate the expectation.

    The engine reports its own exceptions in several shapes. All have in common that nothing was counted.
    """
    details = result.result
    if details.get("element_count") is None:
        identifier = result.expectation_config.meta["id"]
        raise RuntimeError(f"expectation {identifier} could not be evaluated: {result.exception_info}")
    names = tuple(_iter_names(details.get("unexpected_index_list") or ()))
    return ExpectationResult(details["element_count"] - (details.get("missing_count") or 0), names)


def _iter_names(failing_rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for row in failing_rows:
        yield str(row[ROW_NAME])
