"""``hesuan serve``: run a year on a schedule until the command is stopped."""

from typing import Final

from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.prefect_support.listening_socket import PortTakenError
from flows.prefect_support.local_server import ServerLostError, ServerStartError
from flows.serve import InvalidCronError, serve_year
from flows.year.locations import YearPaths

_SERVER_ERROR_KEYS: Final = {
    ServerStartError: "serve.server_failed",
    ServerLostError: "serve.server_lost",
}


def serve_on_schedule(paths: YearPaths, cron: str, port: int) -> ExitCode:
    """Run a year at the times of *cron* (Chinese time) until stopped; *port* is that of the local Prefect server."""
    messages = paths.open_contracts().get_messages()

    def print_notice(key: str, **facts: object) -> None:
        print_line(messages(f"serve.{key}", cron=cron, **facts))

    try:
        serve_year(paths, cron, port, print_notice)
    except InvalidCronError:
        print_error(messages("serve.bad_cron", cron=cron))
        return ExitCode.USAGE
    except PortTakenError:
        print_error(messages("serve.port_taken", port=str(port)))
        return ExitCode.USAGE
    except (ServerStartError, ServerLostError) as error:
        key = _SERVER_ERROR_KEYS[type(error)]
        print_error(messages(key, path=str(paths.state_folder / "prefect" / "server.log")))
        return ExitCode.FAULT
    print_line(messages("serve.ended"))
    return ExitCode.CLEAR
