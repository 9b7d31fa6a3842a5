"""Tests of checks/diagnosis/plausibility."""
