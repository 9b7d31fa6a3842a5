"""Tests of checks/formulas."""
