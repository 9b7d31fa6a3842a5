"""Random changes of a valid submission."""

from tests.hostile.fuzz import outcomes


def test_no_change_breaks_the_intake() -> None:
    """Two thousand changed files are read or refused; none kills the parent, none is silently another content."""
    found = outcomes(2000, seed=7)
    assert sum(found.values()) == 2000
    assert found["refused reader_died"] == 0
    assert found["refused too_costly"] == 0
