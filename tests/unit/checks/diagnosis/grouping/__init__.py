"""Tests of checks/diagnosis/grouping."""
