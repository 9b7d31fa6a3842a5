"""Tests of filing/context."""
