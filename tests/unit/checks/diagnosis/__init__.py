"""Tests of checks/diagnosis."""
