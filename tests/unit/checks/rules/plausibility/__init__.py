"""Tests of checks/rules/plausibility."""
