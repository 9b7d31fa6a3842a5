"""Tests of checks/rules."""
