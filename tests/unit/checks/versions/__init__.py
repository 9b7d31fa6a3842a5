"""Tests of checks/versions."""
