"""Tests of workbooks/sheet_scan."""
