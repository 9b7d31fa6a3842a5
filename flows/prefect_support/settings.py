"""Prefect's settings, made before it is imported: quiet, telemetry off, its files under the state folder."""

from pathlib import Path


def prefect_environment(state_folder: Path) -> dict[str, str]:
    """Return the environment for Prefect and for its server; variables that the user has set take precedence."""
    home = (state_folder / "prefect").resolve()
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "GX_ANALYTICS_ENABLED": "false",  # Great Expectations reads it when it is imported
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "pages"),  # otherwise beside the installed program
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # failures are in our own log; Prefect prints them with what they quote
        "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",  # as above
        "PREFECT_LOGGING_TO_API_ENABLED": "false",  # the local server is gone before the last line could reach it
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # Prefect's own temporary server is open to everybody
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    }


def scheduling_environment() -> dict[str, str]:
    """Return the settings that differ on a server with a schedule: it plans runs, shows its pages and keeps logs.

    A scheduled run has nobody beside it, so that Prefect starts it again if it breaks.
    """
    return {
        "PREFECT_SERVER_UI_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "true",
        "PREFECT_LOGGING_TO_API_ENABLED": "true",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR",  # the log is read on the pages, not on the terminal
        "PREFECT_FLOWS_DEFAULT_RETRIES": "2",
        "PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS": "60",
    }


def create_protection_environment(origin: str) -> dict[str, str]:
    """Return the settings of a local server at *origin* that close it to the pages of all others."""
    return {
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": origin,
        "PREFECT_UI_API_URL": f"{origin}/api",  # the pages do not find another port by themselves
    }
