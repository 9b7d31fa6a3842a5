"""Run the command line with its usage errors in the language of the surface; typer's own are in English."""

import sys

import typer
from typer.exceptions import TyperException

from desk.console import print_error
from desk.error_sentences import format_error
from desk.exit_codes import ExitCode

_ABORTED_CODE = 1


def run_app(app: typer.Typer) -> None:
    """Run the command in ``sys.argv`` and exit with its code; a wrong command is one sentence and the code of usage."""
    try:
        code = app(standalone_mode=False)
    except TyperException as error:
        sys.exit(_report_usage_error(error))
    except typer.Abort:
        sys.exit(_ABORTED_CODE)
    sys.exit(code or 0)


def _report_usage_error(error: TyperException) -> ExitCode:
    if type(error).__name__ == "NoArgsIsHelpError":
        print_error(str(getattr(error, "message", "")))
        return ExitCode.USAGE
    command = getattr(getattr(error, "cmd", None), "name", None) or ""
    place = "hesuan" if command in ("", "hesuan") else f"hesuan {command}"
    print_error(format_error("usage.frame", problem=_describe_problem(error), command=place))
    return ExitCode.USAGE


def _describe_problem(error: TyperException) -> str:
    """Return what is wrong; by the class of the error, because typer has no public classes but one."""
    kind = type(error).__name__
    if kind == "MissingParameter":
        return format_error("usage.missing", name=_name_parameter(error))
    if kind == "BadParameter":
        return format_error("usage.bad_value", name=_name_parameter(error))
    if kind == "NoSuchOption":
        return format_error("usage.no_option", name=str(getattr(error, "option_name", "")))
    if kind == "BadOptionUsage":
        return format_error("usage.no_value", name=str(getattr(error, "option_name", "")))
    return format_error("usage.other", words=" ".join(sys.argv[1:]))


def _name_parameter(error: TyperException) -> str:
    """Return an option as it is written, or the name of an argument."""
    parameter = getattr(error, "param", None)
    for name in map(str, getattr(parameter, "opts", ())):
        if name.startswith("-"):
            return name
    return str(getattr(parameter, "name", ""))
