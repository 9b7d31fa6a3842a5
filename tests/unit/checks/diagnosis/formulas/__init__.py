"""Tests of checks/diagnosis/formulas."""
