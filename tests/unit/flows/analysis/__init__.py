"""Tests of flows/analysis."""
