"""The yearly run: fetch, call a pure room, store; with Prefect or in line."""
