"""The commands of ``hesuan`` on contracts: rules, schemas, plans, samples and templates; they need no record."""

from pathlib import Path
from typing import Annotated

import typer

from desk.command_options import StateOption, YearArgument
from desk.error_handling import run_command
from desk.output_formats import OutputFormat, SchemaFormat
from desk.settings import open_configured_library, resolve_paths

contract_app = typer.Typer()
plan_app = typer.Typer(name="plan", help="任务计划：从通知读入。", no_args_is_help=True)
contract_app.add_typer(plan_app)


@plan_app.command("import")
def import_plan(
    file: Annotated[Path, typer.Argument(help="计划通知：.docx、.xlsx、.html、.txt 或有文字的 .pdf")],
    *,
    county: Annotated[str, typer.Option(help="县级行政区划代码，写入计划文件")] = "",
    out: Annotated[Path | None, typer.Option(help="把计划文件和核对页写到这个文件夹")] = None,
    state: StateOption = None,
    form: Annotated[OutputFormat, typer.Option("--format", help="输出格式")] = OutputFormat.TEXT,
) -> None:
    """从计划通知读出各项任务，与正文、附件互相核对。"""
    from desk.commands.plan import import_plan_file  # noqa: PLC0415
    from desk.commands.plan_request import ImportRequest  # noqa: PLC0415

    library = open_configured_library()
    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    request = ImportRequest(county, out, paths)
    run_command(lambda: import_plan_file(file, library, request, as_json=form is OutputFormat.JSON), state)


@plan_app.command("show")
def show_plan(
    plan: Annotated[str, typer.Argument(help="计划文件（.yaml），或已有计划的编号")], state: StateOption = None
) -> None:
    """计划文件中的每个数字和它在通知中的位置。"""
    from desk.commands.plan_show import show_plan_file  # noqa: PLC0415

    library, path = open_configured_library(), _find_plan_file(plan)
    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: show_plan_file(path, library.get_messages(), paths), state)


@plan_app.command("accept")
def accept_plan(
    year: YearArgument,
    plan: Annotated[str, typer.Argument(help="计划文件（.yaml），或已有计划的编号")],
    *,
    by: Annotated[str, typer.Option(help="办理人编号，须为该县的上级")],
    day: Annotated[str, typer.Option("--date", help="日期，如 2025-01-20")],
    number: Annotated[str, typer.Option(help="文号")] = "",
    state: StateOption = None,
) -> None:
    """登记：计划文件已审核采用。"""
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


@contract_app.command()
def rules(rule: Annotated[str | None, typer.Argument(help="规则编号")] = None) -> None:
    """规则目录，或一条规则和它的例子。"""
    from desk.commands.rules import show_rules  # noqa: PLC0415

    run_command(lambda: show_rules(open_configured_library(), rule))


@contract_app.command()
def schema(
    form: Annotated[str, typer.Argument(help="表的英文名，如 new_farmland")],
    *,
    county: Annotated[str, typer.Option(help="县级行政区划代码：连同该县的区划规则")] = "",
    year: Annotated[int, typer.Option(help="核算年度，与县一起用", min=1980, max=2999)] = 2024,
    export_format: Annotated[SchemaFormat, typer.Option("--format", help="输出格式")] = SchemaFormat.PYTHON,
) -> None:
    """写出一张表的 pandera 数据模式，可以脱离本程序使用。"""
    from desk.commands.schema import show_schema  # noqa: PLC0415

    library = open_configured_library()
    run_command(lambda: show_schema(library, form, county_code=county, year=year, export_format=export_format.value))


@contract_app.command()
def sample(
    year: YearArgument,
    *,
    counties: Annotated[int, typer.Option(help="县数", min=1)] = 1,
    plots: Annotated[int, typer.Option(help="每县地块数", min=1, max=1_000_000)] = 100,
    seed: Annotated[int, typer.Option(help="随机种子：相同的种子写出相同的文件")] = 1,
    years: Annotated[int, typer.Option(help="年数：从该年度起，逐年衔接", min=1)] = 1,
    county: Annotated[str, typer.Option(help="只写这一个有计划的县，各年任务全部完成")] = "",
    out: Annotated[Path, typer.Option(help="写到这个收件文件夹")],
) -> None:
    """写出可以一路办到备案的样例：报送文件、名单、办理意见、首年的期初数。"""
    from desk.commands.sample import SampleRequest, make_samples  # noqa: PLC0415
    from desk.commands.sample_plan import make_plan_samples  # noqa: PLC0415

    request = SampleRequest(year=year, years=years, counties=counties, plots=plots, seed=seed, out=out, county=county)
    make = make_plan_samples if county else make_samples
    run_command(lambda: make(open_configured_library(), request))


@contract_app.command()
def template(
    year: YearArgument,
    *,
    county: Annotated[str, typer.Option(help="县级行政区划代码")],
    rows: Annotated[int, typer.Option(help="明细表的空白行数", min=1, max=10_000)] = 20,
    out: Annotated[Path, typer.Option(help="写到这个文件夹")] = Path(),
    state: StateOption = None,
) -> None:
    """写出一个县的空白报送表：下拉、锁定、公式来自合同，上年末数来自台账。"""
    from desk.commands.template import make_template  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: make_template(paths, county, rows=rows, out=out), state)
