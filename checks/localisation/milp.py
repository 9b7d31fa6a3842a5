"""Mixed-integer programs as values, answered by HiGHS in silence and always the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

FEASIBILITY_TOLERANCE = 1e-9  # how far HiGHS may miss a bound; callers check its answers exactly
_PROGRAM_COST = 700  # work to take up a program
_COEFFICIENT_COST = 10  # and for each weight in it
_ITERATION_COST = 60  # work of a step of the simplex method, and one more for so many variables and lines:
_SIZE_PER_EXTRA_COST = 25
_ITERATIONS_PER_NODE = 60  # on the tables that counties hand in
_TIME_LIMIT_SECONDS = 60.0  # seconds after which a program is lost on any machine; what is counted ends long before


@dataclass(frozen=True, slots=True)
class Variable:
    """A figure to be found between *low* and *high*, a *whole* number or not, at a *cost* for each unit."""

    cost: float
    lower_bound: float
    upper_bound: float
    is_integer: bool = False


@dataclass(frozen=True, slots=True)
class LinearRow:
    """A weighted sum of variables, named by number, that must lie between *low* and *high*."""

    lower_bound: float
    upper_bound: float
    coefficients: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class MixedIntegerProgram:
    """Variables and lines, of which the answer of least cost is wanted."""

    variables: Sequence[Variable]
    rows: Sequence[LinearRow]


@dataclass(slots=True)
class WorkBudget:
    """Work that a search has *left*: counted, not timed, so that it ends at the same place on every machine.

    A unit is about a microsecond on a processor of 2020, going by the weights, steps and sizes of many programs.
    """

    remaining: int

    def count_affordable_nodes(self, program: MixedIntegerProgram) -> int:
        """Return how many nodes of a program may be looked at; none where it is not worth taking up."""
        return max(0, self.remaining - _compute_setup_cost(program)) // (
            _ITERATIONS_PER_NODE * _compute_iteration_cost(program)
        )

    def subtract_cost(self, program: MixedIntegerProgram, iterations: int) -> None:
        """Take off what a program has cost."""
        self.remaining -= _compute_setup_cost(program) + max(0, iterations) * _compute_iteration_cost(program)


def _compute_setup_cost(program: MixedIntegerProgram) -> int:
    return _PROGRAM_COST + _COEFFICIENT_COST * sum(len(line.coefficients) for line in program.rows)


def _compute_iteration_cost(program: MixedIntegerProgram) -> int:
    return _ITERATION_COST + (len(program.variables) + len(program.rows)) // _SIZE_PER_EXTRA_COST


@dataclass(frozen=True, slots=True)
class Solution:
    """The figures found; None when there are none (*infeasible*) or effort ran out before it was certain."""

    values: Sequence[float] | None
    is_infeasible: bool = False


def solve_program(program: MixedIntegerProgram, work_budget: WorkBudget) -> Solution:
    """Solve a program to the optimum, or give up where *effort*, from which its cost is taken, does not suffice."""
    nodes = work_budget.count_affordable_nodes(program)
    if not nodes:
        work_budget.remaining = 0
        return Solution(None)
    highs = _load_highs()
    solver = highs.Highs()
    for name, setting in _build_solver_options(nodes).items():
        solver.setOptionValue(name, setting)
    solver.passModel(_build_model(program))
    solver.run()
    work_budget.subtract_cost(program, solver.getInfo().simplex_iteration_count)
    status = solver.getModelStatus()
    known = highs.HighsModelStatus
    if status == known.kOptimal:
        return Solution(solver.getSolution().col_value)
    return Solution(None, is_infeasible=status in {known.kInfeasible, known.kUnboundedOrInfeasible})


def _load_highs() -> Any:  # noqa: ANN401 - its types are incomplete
    import highspy  # noqa: PLC0415 - slow to load, and most workbooks never need it

    return highspy


def _build_solver_options(max_nodes: int) -> dict[str, bool | str | int | float]:
    """Give the options: silent, one thread and a fixed seed so that runs repeat, no gap left open."""
    return {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "mip_max_nodes": max_nodes,
        "time_limit": _TIME_LIMIT_SECONDS,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-6,
        "mip_feasibility_tolerance": FEASIBILITY_TOLERANCE,
        "primal_feasibility_tolerance": FEASIBILITY_TOLERANCE,
    }


def _build_model(program: MixedIntegerProgram) -> Any:  # noqa: ANN401 - as above
    highs = _load_highs()
    model = highs.HighsLp()
    model.num_col_, model.num_row_ = len(program.variables), len(program.rows)
    model.col_cost_ = [each.cost for each in program.variables]
    model.col_lower_ = [each.lower_bound for each in program.variables]
    model.col_upper_ = [each.upper_bound for each in program.variables]
    kinds = highs.HighsVarType
    model.integrality_ = [kinds.kInteger if each.is_integer else kinds.kContinuous for each in program.variables]
    model.row_lower_ = [line.lower_bound for line in program.rows]
    model.row_upper_ = [line.upper_bound for line in program.rows]
    model.a_matrix_.format_ = highs.MatrixFormat.kRowwise
    model.a_matrix_.start_ = list(accumulate((len(line.coefficients) for line in program.rows), initial=0))
    model.a_matrix_.index_ = [at for line in program.rows for at in line.coefficients]
    model.a_matrix_.value_ = [weight for line in program.rows for weight in line.coefficients.values()]
    return model
