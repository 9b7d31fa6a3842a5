"""``hesuan serve``: the yearly run at set hours, until it is stopped."""

from desk.console import complain, say
from desk.exit_codes import Exit
from flows.prefect_support.local_server import ServerDidNotStart
from flows.serve import CronUnreadable, serve_year
from flows.year.locations import Places


def serve(places: Places, cron: str, port: int) -> Exit:
    """Serve a year; return when stopped from outside."""
    words = places.library().wording()
    try:
        serve_year(places, cron, port, lambda key, **facts: say(words(f"serve.{key}", cron=cron, **facts)))
    except CronUnreadable:
        complain(words("serve.bad_cron", cron=cron))
        return Exit.USAGE
    except ServerDidNotStart:
        complain(words("serve.server_failed", path=str(places.state / "prefect" / "server.log")))
        return Exit.FAULT
    say(words("serve.ended"))
    return Exit.CLEAR
