"""Tests of checks/parsing."""
