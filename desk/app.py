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
from desk.output_formats import CheckFormat, OutputFormat
from desk.settings import open_configured_library, resolve_paths, resolve_state_folder
from desk.usage_errors import run_app
from flows.year.locations import YearPaths

if TYPE_CHECKING:
    from review.proposal import Proposal

app = typer.Typer(
    name="hesuan",
    help="核算：新增耕地和补划永久基本农田年度核算的数据校验与报送。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(contract_app)


PointsOption = Annotated[
    list[str] | None, typer.Option(help="事项，可写多条：“表名!A1：…”、“规则编号：…”，答复写“1：…”")
]
InputsOption = Annotated[Path, typer.Option(help="收件文件夹")]
OutputsOption = Annotated[Path, typer.Option(help="输出文件夹")]


@app.command()
def run(
    year: YearArgument,
    inputs: InputsOption = Path("inputs"),
    outputs: OutputsOption = Path("outputs"),
    state: StateOption = None,
    *,
    inline: Annotated[bool, typer.Option("--inline", help="不经 Prefect，直接办理")] = False,
    data_docs: Annotated[bool, typer.Option("--data-docs", help="另写 Great Expectations 自己的说明页")] = False,
) -> None:
    """办理一个年度：收件、核对、退回、办理、备案。"""
    from desk.commands.run import run_year  # noqa: PLC0415 - each command imports only what it uses

    paths = resolve_paths(year, inputs=inputs, outputs=outputs, state=state)
    run_command(lambda: run_year(paths, inline=inline, data_docs=data_docs), state)


@app.command()
def serve(
    year: YearArgument,
    inputs: InputsOption = Path("inputs"),
    outputs: OutputsOption = Path("outputs"),
    state: StateOption = None,
    *,
    cron: Annotated[str, typer.Option(help="定时，五段：分 时 日 月 星期（北京时间）")] = "0 7 * * *",
    port: Annotated[int, typer.Option(help="本机 Prefect 服务的端口", min=1, max=65535)] = 4200,
) -> None:
    """按时办理一个年度，直到停止；进度在 Prefect 的网页上看。"""
    from desk.commands.serve import serve_on_schedule  # noqa: PLC0415

    paths = resolve_paths(year, inputs=inputs, outputs=outputs, state=state)
    run_command(lambda: serve_on_schedule(paths, cron, port), state)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="要核对的工作簿")],
    *,
    form: Annotated[CheckFormat, typer.Option("--format", help="输出格式")] = CheckFormat.TEXT,
    out: Annotated[Path | None, typer.Option(help="把标注后的工作簿写到这个文件夹")] = None,
) -> None:
    """核对工作簿，不登记台账。"""
    from desk.commands.check import check_files  # noqa: PLC0415

    run_command(lambda: check_files(files, open_configured_library(), check_format=form, out=out))


@app.command()
def status(
    year: YearArgument,
    state: StateOption = None,
    outputs: OutputsOption = Path("outputs"),
    *,
    form: Annotated[OutputFormat, typer.Option("--format", help="输出格式")] = OutputFormat.TEXT,
    day: Annotated[str, typer.Option("--date", help="按哪一天算逾期，如 2025-01-31（默认今天）")] = "",
) -> None:
    """各县办到哪一步，谁逾期。"""
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


@app.command()
def recheck(year: YearArgument, state: StateOption = None) -> None:
    """规则改了以后，哪些县的结论会变；只看不记，已备案的不动。"""
    from desk.commands.recheck import show_recheck  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: show_recheck(paths), state)


@app.command()
def decide(
    year: YearArgument,
    county: Annotated[str, typer.Argument(help="县级行政区划代码；汇总封存用市（州）或省的代码")] = "",
    *,
    level: Annotated[str, typer.Option(help="层级：county、city、province，或 县级、市级、省级")],
    approve: Annotated[bool, typer.Option("--approve", help="同意（报送、复核同意、备案）")] = False,
    send_back: Annotated[bool, typer.Option("--return", help="退回")] = False,
    action: Annotated[str, typer.Option(help="其他动作：撤回、接收复核、核减、免报、豁免规则、汇总封存等")] = "",
    point: PointsOption = None,
    all_clear: Annotated[bool, typer.Option("--all-clear", help="一并办理本辖区内没有问题的各县")] = False,
    by: Annotated[str, typer.Option(help="办理人编号（roster.yaml）")] = "",
    date: Annotated[str, typer.Option(help="办理日期，如 2025-01-20")] = "",
    number: Annotated[str, typer.Option(help="文号")] = "",
    opinion: Annotated[str, typer.Option(help="意见")] = "",
    version: Annotated[int, typer.Option(help="所办理的版次，默认为最新版次", min=0)] = 0,
    sha256: Annotated[str, typer.Option(help="所办理文件的校验值")] = "",
    head: Annotated[str, typer.Option(help="所依据的台账校验值：台账已有新的记录时不予办理")] = "",
    state: StateOption = None,
) -> None:
    """记录一条办理意见。"""
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


@app.command()
def verify(
    path: Annotated[str, typer.Argument(help="状态文件夹、台账（文件或数据库地址）、输出文件夹或其中的文件")],
    state: StateOption = None,
    *,
    head: Annotated[str | None, typer.Option(help="以前备案件上印的台账校验值")] = None,
    key: Annotated[Path | None, typer.Option(help="须为清单签名的公钥文件")] = None,
) -> None:
    """核验台账、收件库和输出是否原样。"""
    from desk.commands.verify import show_verification  # noqa: PLC0415

    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=resolve_state_folder(state))
    target = Path(path)
    if "://" in path:
        # The files that a ledger in a database refers to are in the state folder.
        target = paths.state_folder
        paths = replace(paths, ledger_url=path)
    run_command(lambda: show_verification(target, paths, head=head, key=key), state)


@app.command()
def trace(
    year: YearArgument,
    county: Annotated[str, typer.Argument(help="县级行政区划代码")],
    cell: Annotated[str, typer.Argument(help="最新版次中的单元格，写成 表名!C5")],
    state: StateOption = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format", help="输出格式")] = OutputFormat.TEXT,
) -> None:
    """一个数的来历：各版次填的是多少，谁在何时改的，谁核减的。"""
    from desk.commands.analysis.trace import show_trace  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: show_trace(paths, county, cell, as_json=form is OutputFormat.JSON), state)


@app.command()
def hits(
    years: Annotated[list[int], typer.Argument(help="核算年度，可以写几个")],
    state: StateOption = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format", help="输出格式")] = OutputFormat.TEXT,
) -> None:
    """各条规则查出多少、后来怎样：改正、说明、豁免、误报。"""
    from desk.commands.analysis.hits import show_hits  # noqa: PLC0415

    paths_by_year = [resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state) for year in years]
    run_command(lambda: show_hits(paths_by_year, as_json=form is OutputFormat.JSON), state)


@app.command()
def reconcile(
    years: Annotated[list[int], typer.Argument(help="核算年度，可以写几个")],
    state: StateOption = None,
    outputs: OutputsOption = Path("outputs"),
    *,
    county: Annotated[str, typer.Option(help="县级行政区划代码，默认为应报各县")] = "",
    page: Annotated[Path | None, typer.Option(help="另写成网页，写到这个文件（.html）")] = None,
    form: Annotated[OutputFormat, typer.Option("--format", help="输出格式")] = OutputFormat.TEXT,
) -> None:
    """对账：各乡镇下达、收下、复核、备案的数是否相等，差在哪个单元格。"""
    from desk.commands.analysis.reconcile import show_reconciliation  # noqa: PLC0415

    paths_by_year = [resolve_paths(year, inputs=Path("inputs"), outputs=outputs, state=state) for year in years]
    as_json = form is OutputFormat.JSON
    run_command(lambda: show_reconciliation(paths_by_year, county=county, page=page, as_json=as_json), state)


@app.command()
def claims(
    places: Annotated[list[Path], typer.Argument(help="各省的状态文件夹，或列出各省台账和收件库的 YAML 文件")],
    state: StateOption = None,
    *,
    form: Annotated[OutputFormat, typer.Option("--format", help="输出格式")] = OutputFormat.TEXT,
) -> None:
    """跨省、跨年度查重复核算的地块。"""
    from desk.commands.analysis.claims import show_claims  # noqa: PLC0415

    paths = resolve_paths(0, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: show_claims(places, paths, as_json=form is OutputFormat.JSON), state)


@app.command()
def archive(
    year: YearArgument,
    *,
    county: Annotated[str, typer.Option(help="县级行政区划代码，默认为报送过的各县")] = "",
    out: Annotated[Path, typer.Option(help="写到这个文件夹")] = Path("archive"),
    paper: Annotated[Path | None, typer.Option(help="纸质档号表（YAML：县级代码、材料、档号）")] = None,
    zipped: Annotated[bool, typer.Option("--zip", help="另存为压缩包")] = False,
    state: StateOption = None,
) -> None:
    """整理各县年度档案：每县一个 BagIt 档案包。"""
    from desk.commands.archive import make_archives  # noqa: PLC0415

    paths = resolve_paths(year, inputs=Path("inputs"), outputs=Path("outputs"), state=state)
    run_command(lambda: make_archives(paths, county, out=out, paper=paper, zipped=zipped), state)


def run_command_line() -> None:
    """Run the command given in ``sys.argv``."""
    for stream in (sys.stdout, sys.stderr):
        make_stream_safe(stream)
    run_app(app)
