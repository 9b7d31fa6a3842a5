"""How Prefect is set before it is imported: quiet, telemetry off, its files under the state folder."""

from pathlib import Path


def prefect_environment(state_folder: Path) -> dict[str, str]:
    """Return the environment for Prefect and for its server; what the user has set goes before it."""
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "GX_ANALYTICS_ENABLED": "false",  # Great Expectations reads it when it is imported
        "PREFECT_HOME": str((state_folder / "prefect").resolve()),
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",  # the local server is gone before the last line could reach it
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    }


def scheduling_environment(port: int) -> dict[str, str]:
    """Return what is otherwise on a server that keeps a schedule: it plans runs, and shows its pages."""
    return {
        "PREFECT_SERVER_UI_ENABLED": "true",
        "PREFECT_UI_API_URL": f"http://127.0.0.1:{port}/api",  # the pages do not find another port by themselves
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "true",
    }
