"""The ``hesuan`` command line."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from desk.command_options import StateOption, YearArgument
from desk.console import make_stream_safe, print_error
from desk.contract_app import contract_app
from desk.error_handling import run_command
from desk.exit_codes import ExitCode
from desk.help_texts import HelpCommand, HelpGroup
from desk.output_formats import CheckFormat, OutputFormat
from desk.settings import open_configured_library, resolve_paths, resolve_state_folder
from desk.usage_errors import run_app
from flows.year.locations import YearPaths

if TYPE_CHECKING:
    from review.proposal import Proposal

app = typer.Typer(
    name="hesuan",
    cls=HelpGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(contract_app)


PointsOption = Annotated[list[str] | None, typer.Option()]
InputsOption = Annotated[Path, typer.Option()]
OutputsOption = Annotated[Path, typer.Option()]


@app.command(cls=HelpCommand)
def run(
    year: YearArgument,
    inputs: InputsOption = Path("inputs"),
    outputs: OutputsOption = Path("outputs"),
    state: StateOption = None,
    *,
    inline: Annotated[bool, typer.Option("--inline")] = False,
    data_docs: Annotated[bool, typer.Option("--data-docs")] = False,
) -> None:
    """Process a year: receive, check, return, decide, file."""
    from desk.commands.run import run_year  # noqa: PLC0415 - each command imports only what it uses

    paths = resolve_paths(year, inputs=inputs, outputs=outputs, state=state)
    run_command(lambda: run_year(paths, inline=inline, data_docs=data_docs), state)


@app.command(cls=HelpCommand)
def serve(
    year: YearArgument,
    inputs: InputsOption = Path("inputs"),
    outputs: OutputsOption = Path("outputs"),
    state: StateOption = None,
    *,
    cron: Annotated[str, typer.Option()] = "0 7 * * *",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 4200,
) -> None:
    """Run a year at set hours until stopped."""
    from desk.commands.serve import serve_on_schedule  # noqa: PLC0415

    paths = resolve_paths(year, inputs=inputs, outputs=outputs, state=state)
    run_command(lambda: serve_on_schedule(paths, cron, port), state)


@app.command(cls=HelpCommand)
def check(
    files: Annotated[list[Path], typer.Argument()],
    *,
    form: Annotated[CheckFormat, typer.Option("--format")] = CheckFormat.TEXT,
    out: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Check workbooks without a ledger."""
    from desk.commands.check import check_files  # noqa: PLC0415

    run_command(lambda: check_files(files, open_configured_library(), check_format=form, out=out))


@app.command(cls=HelpCommand)
def status(
    year: YearArgument,
    state: StateOption = None,
    outputs: OutputsOption = Path("outputs"),
    *,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
    day: Annotated[str, typer.Option("--date")] = "",
) -> None:
    """Show the state of each county and who is late."""
    from desk.commands.status import show_status  # noqa: PLC0415
    from flows.year.office_day import get_office_day  # noqa: PLC0415
    from review.proposal import parse_day  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=outputs, state=state)
    today = parse_day(day) if day else get_office_day()
    if today is None:
        _exit_with_usage_error("denial.bad_date", value=day)
    run_command(lambda: show_status(paths, as_json=form is OutputFormat.JSON, today=today), state)


def _exit_with_usage_error(key: str, **facts: str) -> NoReturn:
    print_error(open_configured_library().get_messages()(key, **facts))
    raise typer.Exit(ExitCode.USAGE)


@app.command(cls=HelpCommand)
def recheck(
    years: Annotated[list[int] | None, typer.Argument()] = None,
    state: StateOption = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """List the counties whose result the edited contracts would change, in some years or in all on record."""
    run_command(lambda: _recheck_years(years or [], state, as_json=form is OutputFormat.JSON), state)


def _recheck_years(years: list[int], state: Path | None, *, as_json: bool) -> ExitCode:
    from desk.commands.recheck import find_recorded_years, show_rechecks  # noqa: PLC0415

    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    chosen_years = years or find_recorded_years(paths)
    return show_rechecks([replace(paths, year=year) for year in chosen_years], as_json=as_json)


@app.command(cls=HelpCommand)
def decide(
    year: YearArgument,
    county: Annotated[str, typer.Argument()] = "",
    *,
    level: Annotated[str, typer.Option()],
    approve: Annotated[bool, typer.Option("--approve")] = False,
    send_back: Annotated[bool, typer.Option("--return")] = False,
    action: Annotated[str, typer.Option()] = "",
    point: PointsOption = None,
    all_clear: Annotated[bool, typer.Option("--all-clear")] = False,
    by: Annotated[str, typer.Option()] = "",
    date: Annotated[str, typer.Option()] = "",
    number: Annotated[str, typer.Option()] = "",
    opinion: Annotated[str, typer.Option()] = "",
    version: Annotated[int, typer.Option(min=0)] = 0,
    sha256: Annotated[str, typer.Option()] = "",
    head: Annotated[str, typer.Option()] = "",
    state: StateOption = None,
) -> None:
    """Record one decision."""
    from review.proposal import Proposal  # noqa: PLC0415

    if [approve, send_back, bool(action)].count(True) != 1 or bool(county) == all_clear:
        _exit_with_usage_error("decide.both")
    proposal = Proposal(
        county=county,
        level=level,
        action=action or _get_flag_action(approve=approve),
        points="\n".join(point or ()),
        by=by,
        on=date,
        number=number,
        opinion=opinion,
        version=version,
        sha256=sha256,
    )
    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: _record_decision(paths, proposal, all_clear=all_clear, head=head), state)


def _record_decision(paths: YearPaths, proposal: "Proposal", *, all_clear: bool, head: str) -> ExitCode:
    from desk.commands.decide import record_for_clear_counties, record_for_county  # noqa: PLC0415

    if all_clear:
        return record_for_clear_counties(paths, proposal)
    return record_for_county(paths, proposal, head=head)


def _get_flag_action(*, approve: bool) -> str:
    """Return the verb of the option that was given, ``--approve`` or ``--return``."""
    if approve:
        return "approve"
    return "return"


@app.command(cls=HelpCommand)
def verify(
    path: Annotated[str, typer.Argument()],
    state: StateOption = None,
    *,
    head: Annotated[str | None, typer.Option()] = None,
    key: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Verify ledger, received files and outputs."""
    from desk.commands.verify import show_verification  # noqa: PLC0415

    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=resolve_state_folder(state))
    target = Path(path)
    if "://" in path:
        # The files that a ledger in a database refers to are in the state folder.
        target = paths.state_folder
        paths = replace(paths, ledger_url=path)
    run_command(lambda: show_verification(target, paths, head=head, key=key), state)


@app.command(cls=HelpCommand)
def trace(
    year: YearArgument,
    county: Annotated[str, typer.Argument()],
    cell: Annotated[str, typer.Argument()],
    state: StateOption = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """Show the history of one value."""
    from desk.commands.analysis.trace import show_trace  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: show_trace(paths, county, cell, as_json=form is OutputFormat.JSON), state)


@app.command(cls=HelpCommand)
def hits(
    years: Annotated[list[int], typer.Argument()],
    state: StateOption = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """Show what became of the findings of each rule."""
    from desk.commands.analysis.hits import show_hits  # noqa: PLC0415

    paths_by_year = [resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state) for year in years]
    run_command(lambda: show_hits(paths_by_year, as_json=form is OutputFormat.JSON), state)


@app.command(cls=HelpCommand)
def reconcile(
    years: Annotated[list[int], typer.Argument()],
    state: StateOption = None,
    outputs: OutputsOption = Path("outputs"),
    *,
    county: Annotated[str, typer.Option()] = "",
    page: Annotated[Path | None, typer.Option()] = None,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """Hold plan, county files and filings against each other."""
    from desk.commands.analysis.reconcile import show_reconciliation  # noqa: PLC0415

    paths_by_year = [resolve_paths(year, inputs=Path("inputs"), outputs=outputs, state=state) for year in years]
    as_json = form is OutputFormat.JSON
    run_command(lambda: show_reconciliation(paths_by_year, county=county, page=page, as_json=as_json), state)


@app.command(cls=HelpCommand)
def claims(
    places: Annotated[list[Path], typer.Argument()],
    state: StateOption = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """Find plots that counties of several provinces account twice."""
    from desk.commands.analysis.claims import show_claims  # noqa: PLC0415

    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: show_claims(places, paths, as_json=form is OutputFormat.JSON), state)


@app.command(cls=HelpCommand)
def archive(
    year: YearArgument,
    *,
    county: Annotated[str, typer.Option()] = "",
    out: Annotated[Path, typer.Option()] = Path("archive"),
    paper: Annotated[Path | None, typer.Option()] = None,
    zipped: Annotated[bool, typer.Option("--zip")] = False,
    state: StateOption = None,
) -> None:
    """Write an archive for each county."""
    from desk.commands.archive import make_archives  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: make_archives(paths, county, out=out, paper=paper, zipped=zipped), state)


def run_command_line() -> None:
    """Run the command given in ``sys.argv``."""
    for stream in (sys.stdout, sys.stderr):
        make_stream_safe(stream)
    run_app(app)
