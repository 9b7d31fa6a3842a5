"""Tests of flows/outputs."""
