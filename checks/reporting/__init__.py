"""Violations into findings, sentences and JSON."""
