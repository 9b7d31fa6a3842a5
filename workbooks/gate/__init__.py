"""The intake gate: check type, size, zip directory and XML of a file before any reader opens it."""
