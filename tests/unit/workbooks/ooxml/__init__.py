"""Tests of workbooks/ooxml."""
