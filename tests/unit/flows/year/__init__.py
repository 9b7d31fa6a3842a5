"""Tests of flows/year."""
