"""Tests of desk/commands."""
