"""A clerk who does what the list of findings says ends with the figures that stood there before the error."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.planted_errors import Outcome, describe, draw_errors, try_errors
from tests.builders.planted_errors import BASES, KINDS, PLOT, plant, seeded_random, sound_base


@settings(max_examples=5)
@given(base=st.sampled_from(BASES), kind=st.sampled_from(KINDS), seed=st.integers(0, 10_000))
def test_no_certain_proposal_falsifies_a_figure(base: str, kind: str, seed: int) -> None:
    """Whatever error is planted wherever: a figure is proposed alone only if it is the original one."""
    random = seeded_random(seed)
    submission = sound_base(base)
    error = plant(random.choice(submission.figures), kind, random)
    if error is not None:
        trial = try_errors(submission, [error])
        assert trial.outcome is not Outcome.FALSE, describe(trial)


def test_wrong_figures_of_plots_are_found() -> None:
    """Errors of several kinds in each form of plots: nine of ten are proposed right, and none is made worse."""
    submission = sound_base("gansu")
    drawn = [errors for errors in draw_errors(submission, 1, seeded_random(5), 1) if errors[0].figure.kind == PLOT]
    outcomes = Counter(try_errors(submission, errors).outcome for errors in drawn[::3])
    assert outcomes[Outcome.TRUE] >= 0.9 * (outcomes.total() - outcomes[Outcome.UNSEEN]), outcomes
    assert not outcomes[Outcome.FALSE]


@pytest.mark.long
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_many_errors(base: str, count: int, seed: int) -> None:
    """One or two errors of every kind in every form: no single error makes a certain proposal falsify a figure."""
    submission = sound_base(base)
    trials = [try_errors(submission, errors) for errors in draw_errors(submission, count, seeded_random(seed), 2)]
    falsified = [trial for trial in trials if trial.outcome is Outcome.FALSE]
    assert len(falsified) <= (count - 1) * 0.02 * len(trials), "\n".join(map(describe, falsified))
    assert all(trial.is_named for trial in trials if trial.outcome is not Outcome.UNSEEN)
