"""Tests of contracts.lint."""
