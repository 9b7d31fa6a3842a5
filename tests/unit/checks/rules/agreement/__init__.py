"""Tests of checks/rules/agreement."""
