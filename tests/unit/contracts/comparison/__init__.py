"""Tests of contracts.comparison."""
