"""A library hidden while another loads is as if not installed, and there again afterwards."""

import importlib
import sys

import pytest

from workbooks.reader.hidden_imports import absent


def test_hidden_library_is_not_found_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What loads meanwhile is told that the library is not there, in Python's own words."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with absent("colorsys"), pytest.raises(ModuleNotFoundError, match="No module named 'colorsys'"):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hsv


def test_library_that_is_loaded_stays_loaded() -> None:
    """Hiding takes nothing away from those who have it."""
    with absent("json"):
        assert importlib.import_module("json") is sys.modules["json"]


def test_other_libraries_load_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the named library is hidden."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with absent("xdrlib_of_another_name"):
        assert importlib.import_module("colorsys").rgb_to_hsv
