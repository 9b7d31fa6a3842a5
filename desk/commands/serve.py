"""``hesuan serve``: the yearly run at set hours, until it is stopped."""

from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.prefect_support.local_server import ServerStartError
from flows.serve import InvalidCronError, serve_year
from flows.year.locations import YearPaths


def serve_on_schedule(paths: YearPaths, cron: str, port: int) -> ExitCode:
    """Serve a year; return when stopped from outside."""
    words = paths.open_contracts().get_messages()
    try:
        serve_year(paths, cron, port, lambda key, **facts: print_line(words(f"serve.{key}", cron=cron, **facts)))
    except InvalidCronError:
        print_error(words("serve.bad_cron", cron=cron))
        return ExitCode.USAGE
    except ServerStartError:
        print_error(words("serve.server_failed", path=str(paths.state_folder / "prefect" / "server.log")))
        return ExitCode.FAULT
    print_line(words("serve.ended"))
    return ExitCode.CLEAR
