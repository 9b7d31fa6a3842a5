"""Tests of checks/diagnosis/keys."""
