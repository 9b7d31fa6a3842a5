"""Tests of workbooks/reader."""
