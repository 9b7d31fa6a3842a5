"""Tests of flows/intake."""
