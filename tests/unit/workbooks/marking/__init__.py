"""Tests of workbooks/marking."""
