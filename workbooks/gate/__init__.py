"""The intake gate: whether a file is safe to open, judged by type, size, zip directory and XML."""
