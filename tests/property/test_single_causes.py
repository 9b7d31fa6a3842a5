"""One mistake in the rows of any form is one finding, and obeying it leaves the figures as they were."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from checks.model.finding import Severity
from tests.builders.clerk_mistakes import Mistake, find_after, sound_submission
from tests.builders.row_mistakes import ROW_MISTAKES, find_rows

Case = tuple[str, str, str, int]
"""Submission, sheet, mistake and row."""


@cache
def list_cases() -> tuple[Case, ...]:
    """Return every mistake in every row of every table."""
    return tuple(_iter_cases())


def _iter_cases() -> Iterator[Case]:
    for base in ("dongchuan", "gansu"):
        book = load_workbook(BytesIO(sound_submission(base)))
        for page in book.worksheets:
            for row in find_rows(page):
                for name in ROW_MISTAKES:
                    yield base, page.title, name, row


def assert_one_finding(case: Case) -> None:
    """Hold what is found to one finding at most that asks for something, and to no proposal for a figure."""
    base, sheet, name, row = case
    build: Any = ROW_MISTAKES[name]
    mistake: Mistake = build(sheet, row)
    found = [finding for finding in find_after(base, mistake) if finding.severity is not Severity.REPORT]
    assert len(found) <= 1, [(finding.rule, finding.sheet, finding.cell) for finding in found]
    steps = [step for finding in found for repair in finding.repairs for step in repair]
    assert {step.cell.column for step in steps} <= {1}, steps


@settings(max_examples=12, deadline=None)
@given(case=st.sampled_from(list_cases()))
def test_mistake_in_a_row_is_one_finding(case: Case) -> None:
    """A copied row, a heading, a note, a mistyped row number: no figure is to be changed."""
    assert_one_finding(case)


@pytest.mark.long
@pytest.mark.parametrize("case", list_cases())
def test_every_mistake_in_every_row_is_one_finding(case: Case) -> None:
    """All of them."""
    assert_one_finding(case)
