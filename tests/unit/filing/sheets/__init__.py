"""Tests of filing/sheets."""
