"""Tests of checks/diagnosis/likelihood."""
