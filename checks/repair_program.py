"""Mixed-integer programs as values, answered by HiGHS in silence and always the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic
from typing import Any

STRAY = 1e-9  # how far HiGHS may miss a bound; callers check its answers exactly


@dataclass(frozen=True, slots=True)
class Variable:
    """A figure to be found between *low* and *high*, a *whole* number or not, at a *cost* for each unit."""

    cost: float
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A weighted sum of variables, named by number, that must lie between *low* and *high*."""

    low: float
    high: float
    weights: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Program:
    """Variables and lines, of which the answer of least cost is wanted."""

    variables: Sequence[Variable]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures found; None when there are none (*infeasible*) or time ran out before it was certain."""

    values: Sequence[float] | None
    infeasible: bool = False


def answered(program: Program, deadline: float) -> Answer:
    """Solve a program to the optimum, or give up at *deadline*, a monotonic clock's reading in seconds."""
    left = deadline - monotonic()
    if left <= 0:
        return Answer(None)
    highs = _highs()
    solver = highs.Highs()
    for name, setting in _settings(left).items():
        solver.setOptionValue(name, setting)
    solver.passModel(_model(program))
    solver.run()
    status = solver.getModelStatus()
    known = highs.HighsModelStatus
    if status == known.kOptimal:
        return Answer(solver.getSolution().col_value)
    return Answer(None, infeasible=status in {known.kInfeasible, known.kUnboundedOrInfeasible})


def _highs() -> Any:  # noqa: ANN401 - its types are incomplete
    import highspy  # noqa: PLC0415 - slow to load, and most workbooks never need it

    return highspy


def _settings(left: float) -> dict[str, bool | str | int | float]:
    """Give the options: silent, one thread and a fixed seed so that runs repeat, no gap left open."""
    return {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "time_limit": left,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-6,
        "mip_feasibility_tolerance": STRAY,
        "primal_feasibility_tolerance": STRAY,
    }


def _model(program: Program) -> Any:  # noqa: ANN401 - as above
    highs = _highs()
    model = highs.HighsLp()
    model.num_col_, model.num_row_ = len(program.variables), len(program.lines)
    model.col_cost_ = [each.cost for each in program.variables]
    model.col_lower_ = [each.low for each in program.variables]
    model.col_upper_ = [each.high for each in program.variables]
    kinds = highs.HighsVarType
    model.integrality_ = [kinds.kInteger if each.whole else kinds.kContinuous for each in program.variables]
    model.row_lower_ = [line.low for line in program.lines]
    model.row_upper_ = [line.high for line in program.lines]
    model.a_matrix_.format_ = highs.MatrixFormat.kRowwise
    model.a_matrix_.start_ = list(accumulate((len(line.weights) for line in program.lines), initial=0))
    model.a_matrix_.index_ = [at for line in program.lines for at in line.weights]
    model.a_matrix_.value_ = [weight for line in program.lines for weight in line.weights.values()]
    return model
