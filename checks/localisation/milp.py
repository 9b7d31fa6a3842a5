"""Mixed-integer programs as values, answered by HiGHS in silence and always the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

STRAY = 1e-9  # how far HiGHS may miss a bound; callers check its answers exactly
_STARTED = 700  # work to take up a program
_TAKEN_UP = 10  # and for each weight in it
_STEP = 60  # work of a step of the simplex method, and one more for so many variables and lines:
_STRETCH = 25
_STEPS_A_NODE = 60  # on the tables that counties hand in
_LOST = 60.0  # seconds after which a program is lost on any machine; what is counted ends long before


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


@dataclass(slots=True)
class Effort:
    """Work that a search has *left*: counted, not timed, so that it ends at the same place on every machine.

    A unit is about a microsecond on a processor of 2020, going by the weights, steps and sizes of many programs.
    """

    left: int

    def nodes(self, program: Program) -> int:
        """Return how many nodes of a program may be looked at; none where it is not worth taking up."""
        return max(0, self.left - _weight(program)) // (_STEPS_A_NODE * _step(program))

    def spend(self, program: Program, steps: int) -> None:
        """Take off what a program has cost."""
        self.left -= _weight(program) + max(0, steps) * _step(program)


def _weight(program: Program) -> int:
    return _STARTED + _TAKEN_UP * sum(len(line.weights) for line in program.lines)


def _step(program: Program) -> int:
    return _STEP + (len(program.variables) + len(program.lines)) // _STRETCH


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures found; None when there are none (*infeasible*) or effort ran out before it was certain."""

    values: Sequence[float] | None
    infeasible: bool = False


def answered(program: Program, effort: Effort) -> Answer:
    """Solve a program to the optimum, or give up where *effort*, from which its cost is taken, does not suffice."""
    nodes = effort.nodes(program)
    if not nodes:
        effort.left = 0
        return Answer(None)
    highs = _highs()
    solver = highs.Highs()
    for name, setting in _settings(nodes).items():
        solver.setOptionValue(name, setting)
    solver.passModel(_model(program))
    solver.run()
    effort.spend(program, solver.getInfo().simplex_iteration_count)
    status = solver.getModelStatus()
    known = highs.HighsModelStatus
    if status == known.kOptimal:
        return Answer(solver.getSolution().col_value)
    return Answer(None, infeasible=status in {known.kInfeasible, known.kUnboundedOrInfeasible})


def _highs() -> Any:  # noqa: ANN401 - its types are incomplete
    import highspy  # noqa: PLC0415 - slow to load, and most workbooks never need it

    return highspy


def _settings(nodes: int) -> dict[str, bool | str | int | float]:
    """Give the options: silent, one thread and a fixed seed so that runs repeat, no gap left open."""
    return {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "mip_max_nodes": nodes,
        "time_limit": _LOST,
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
