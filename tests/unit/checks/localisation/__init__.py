"""Tests of checks/localisation."""
