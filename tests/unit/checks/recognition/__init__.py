"""Tests of checks/recognition."""
