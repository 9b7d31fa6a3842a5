"""Great Expectations on the roll-ups, by suites built from the contracts; imported only where a filing changes."""

import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.rollups import Expectation, RollUpTable
from filing.context.rollup_evidence import ExpectationResult
from filing.sheets.rollup_checks import RollUpTableRow

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read by the engine when it is imported: nobody is told what is filed
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own use of modules on their way out is no concern of ours
    import great_expectations as gx
    import pandas as pd
    from great_expectations.checkpoint.actions import UpdateDataDocsAction
    from great_expectations.expectations.registry import get_expectation_impl

_LOG = logging.getLogger("great_expectations")  # its temporary folders are not for a clerk's terminal
_LOG.propagate = False  # parts of it set levels of their own, so a level here would not do
_LOG.addHandler(logging.NullHandler())

FilledTables = Sequence[tuple[RollUpTable, Sequence[RollUpTableRow]]]


def validate_rollups(tables: FilledTables, *, docs: Path | None = None) -> dict[str, ExpectationResult]:
    """Return how each expectation came out, by its id; *docs* is where the engine's own pages go, where wanted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _validate_tables(tables, docs)


def _validate_tables(tables: FilledTables, docs: Path | None) -> dict[str, ExpectationResult]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    source = context.data_sources.add_pandas("rollups")
    found: dict[str, ExpectationResult] = {}
    for table, lines in tables:
        if not lines:
            found |= {one.id: ExpectationResult(0, ()) for one in table.expectations}
            continue
        frame = pd.DataFrame(lines, columns=list(table.columns), dtype=object)
        batch = source.add_dataframe_asset(table.name).add_batch_definition_whole_dataframe("whole")
        for one in table.expectations:
            found[one.id] = _validate_expectation(context, batch, frame, one, docs)
    return found


def _validate_expectation(
    context: Any, batch: Any, frame: pd.DataFrame, expectation: Expectation, docs: Path | None
) -> ExpectationResult:
    suite = gx.ExpectationSuite(name=expectation.id)
    suite.add_expectation(get_expectation_impl(expectation.expectation_type)(**expectation.arguments))
    suite = context.suites.add(suite)
    asked = context.validation_definitions.add(gx.ValidationDefinition(data=batch, suite=suite, name=expectation.id))
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": list(expectation.identifying_columns)}
    given = {"dataframe": frame}
    if docs is None:
        result = asked.run(batch_parameters=given, result_format=wanted)
    else:
        result = _run_with_docs(context, asked, given, wanted, docs)
    (outcome,) = result.results
    if outcome.exception_info and outcome.exception_info.get("raised_exception"):
        raise RuntimeError(f"expectation {expectation.id} could not be tried: {outcome.exception_info}")
    return ExpectationResult(
        len(frame), tuple(_name_row(row, expectation) for row in outcome.result.get("unexpected_index_list") or ())
    )


def _name_row(row: Mapping[str, object], expectation: Expectation) -> str:
    return " ".join(str(row[name]) for name in expectation.identifying_columns)


def _run_with_docs(context: Any, definition: Any, batch_parameters: Any, result_format: Any, docs: Path) -> Any:  # noqa: ANN401 - as above
    """Run as a checkpoint, which is what the engine writes its pages of."""
    site = "local"
    if site not in context.list_data_docs_sites():
        store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)}
        context.add_data_docs_site(site_name=site, site_config={"class_name": "SiteBuilder", "store_backend": store})
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name=definition.name,
            validation_definitions=[definition],
            actions=[UpdateDataDocsAction(name="docs", site_names=[site])],
            result_format=result_format,
        )
    )
    (result,) = checkpoint.run(batch_parameters=batch_parameters).run_results.values()
    return result
