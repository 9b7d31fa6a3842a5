"""Tests of workbooks/writer."""
