"""The commands of ``hesuan`` on contracts and rosters: rules, schemas, plans, samples; they need no record."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.contract_library import ContractLibrary, open_library
from desk.command_options import StateOption, YearArgument
from desk.error_handling import run_command
from desk.help_texts import HelpCommand, HelpGroup
from desk.output_formats import OutputFormat, SchemaFormat, SkeletonKind
from desk.settings import find_contracts_folder, open_configured_library, resolve_paths

contract_app = typer.Typer()
plan_app = typer.Typer(name="plan", cls=HelpGroup, no_args_is_help=True)
contract_app.add_typer(plan_app)
contracts_app = typer.Typer(name="contracts", cls=HelpGroup, no_args_is_help=True)
contract_app.add_typer(contracts_app)


@contracts_app.command("lint", cls=HelpCommand)
def lint_contract_files(
    folder: Annotated[Path | None, typer.Argument()] = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """Find mistakes in all contract files, each with file, line and remedy."""
    from desk.commands.contract_files.lint import show_lint  # noqa: PLC0415

    run_command(lambda: show_lint(_open_folder(folder), as_json=form is OutputFormat.JSON))


@contracts_app.command("diff", cls=HelpCommand)
def diff_contract_files(
    old: Annotated[Path, typer.Argument()],
    new: Annotated[Path | None, typer.Argument()] = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """Tell what differs between two sets of contracts, and which is stricter."""
    from desk.commands.contract_files.diff import show_diff  # noqa: PLC0415

    run_command(lambda: show_diff(open_library(old), _open_folder(new), as_json=form is OutputFormat.JSON))


@contracts_app.command("new", cls=HelpCommand)
def write_new_contract(
    kind: Annotated[SkeletonKind, typer.Argument()],
    name: Annotated[str, typer.Argument()],
    *,
    form: Annotated[str, typer.Option()] = "",
) -> None:
    """Write the skeleton of a form, rule, package or plan."""
    from desk.commands.contract_files.new import write_skeleton  # noqa: PLC0415

    run_command(lambda: write_skeleton(open_configured_library(), find_contracts_folder(), kind, name, form=form))


def _open_folder(folder: Path | None) -> ContractLibrary:
    """Open a folder of contracts, or the one that is in use."""
    if folder is None:
        return open_configured_library()
    return open_library(folder)


@plan_app.command("import", cls=HelpCommand)
def import_plan(
    file: Annotated[Path, typer.Argument()],
    *,
    county: Annotated[str, typer.Option()] = "",
    out: Annotated[Path | None, typer.Option()] = None,
    state: StateOption = None,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TEXT,
) -> None:
    """Read a plan from the notice that issues it."""
    from desk.commands.plan import import_plan_file  # noqa: PLC0415
    from desk.commands.plan_request import ImportRequest  # noqa: PLC0415

    library = open_configured_library()
    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    request = ImportRequest(county, out, paths)
    run_command(lambda: import_plan_file(file, library, request, as_json=form is OutputFormat.JSON), state)


@plan_app.command("show", cls=HelpCommand)
def show_plan(plan: Annotated[str, typer.Argument()], state: StateOption = None) -> None:
    """Show every figure of a plan file."""
    from desk.commands.plan_show import show_plan_file  # noqa: PLC0415

    library, path = open_configured_library(), _find_plan_file(plan)
    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: show_plan_file(path, library.get_messages(), paths), state)


@plan_app.command("accept", cls=HelpCommand)
def accept_plan(
    year: YearArgument,
    plan: Annotated[str, typer.Argument()],
    *,
    by: Annotated[str, typer.Option()],
    day: Annotated[str, typer.Option("--date")],
    number: Annotated[str, typer.Option()] = "",
    state: StateOption = None,
) -> None:
    """Record that a plan file was accepted."""
    from desk.commands.plan_accept import accept_plan_file  # noqa: PLC0415
    from flows.decisions.accept_plan import PlanAcceptance  # noqa: PLC0415

    library, path = open_configured_library(), _find_plan_file(plan)
    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    acceptance = PlanAcceptance(by=by, day=day, number=number)
    run_command(lambda: accept_plan_file(paths, path, library, acceptance), state)


def _find_plan_file(name: str) -> Path:
    """Return the file of a plan on file with this id, else the path as given."""
    on_file = open_configured_library().root / "plans" / f"{name}.yaml"
    if on_file.is_file():
        return on_file
    return Path(name)


@contract_app.command(cls=HelpCommand)
def rules(rule: Annotated[str | None, typer.Argument()] = None) -> None:
    """List the rules, or show one of them."""
    from desk.commands.rules import show_rules  # noqa: PLC0415
    from flows.year.office_day import get_office_day  # noqa: PLC0415

    run_command(lambda: show_rules(open_configured_library(), rule, get_office_day()))


@contract_app.command(cls=HelpCommand)
def schema(
    form: Annotated[str, typer.Argument()],
    *,
    county: Annotated[str, typer.Option()] = "",
    year: Annotated[int, typer.Option(min=1980, max=2999)] = 2024,
    export_format: Annotated[SchemaFormat, typer.Option("--format")] = SchemaFormat.PYTHON,
) -> None:
    """Write the pandera schema of a form."""
    from desk.commands.schema import show_schema  # noqa: PLC0415

    library = open_configured_library()
    run_command(lambda: show_schema(library, form, county_code=county, year=year, export_format=export_format.value))


@contract_app.command(cls=HelpCommand)
def sample(
    year: YearArgument,
    *,
    counties: Annotated[int, typer.Option(min=1)] = 1,
    plots: Annotated[int, typer.Option(min=1, max=1_000_000)] = 100,
    seed: Annotated[int, typer.Option()] = 1,
    years: Annotated[int, typer.Option(min=1)] = 1,
    county: Annotated[str, typer.Option()] = "",
    out: Annotated[Path, typer.Option()],
) -> None:
    """Write sample submissions."""
    from desk.commands.sample import SampleRequest, make_samples  # noqa: PLC0415
    from desk.commands.sample_plan import make_plan_samples  # noqa: PLC0415

    request = SampleRequest(year=year, years=years, counties=counties, plots=plots, seed=seed, out=out, county=county)
    make = make_plan_samples if county else make_samples
    run_command(lambda: make(open_configured_library(), request))


@contract_app.command(cls=HelpCommand)
def roster(
    year: YearArgument,
    *,
    from_year: Annotated[int, typer.Option("--from", min=1980, max=2999)],
    inputs: Annotated[Path, typer.Option()] = Path("inputs"),
) -> None:
    """Copy the roster of an earlier year forward."""
    from desk.commands.roster import copy_roster_forward  # noqa: PLC0415

    paths = resolve_paths(year, inputs=inputs, outputs=Path("outputs"), state=None)
    run_command(lambda: copy_roster_forward(paths, from_year))


@contract_app.command(cls=HelpCommand)
def template(
    year: YearArgument,
    *,
    county: Annotated[str, typer.Option()],
    rows: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    out: Annotated[Path, typer.Option()] = Path(),
    state: StateOption = None,
) -> None:
    """Write a county's blank workbook."""
    from desk.commands.template import make_template  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: make_template(paths, county, rows=rows, out=out), state)
