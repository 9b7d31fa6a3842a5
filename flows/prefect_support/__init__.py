"""Prefect's settings, its local server and its task runners."""
