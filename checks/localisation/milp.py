"""Mixed-integer programs as values, solved by HiGHS without output and with repeatable results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# How far HiGHS may miss a bound; callers verify its solutions exactly.
FEASIBILITY_TOLERANCE = 1e-9
# Cost of setting up a program, and of each of its coefficients.
_PROGRAM_COST = 700
_COEFFICIENT_COST = 10
# Cost of one iteration of the simplex method, plus 1 for every _SIZE_PER_EXTRA_COST variables and rows.
_ITERATION_COST = 60
_SIZE_PER_EXTRA_COST = 25
# As measured on the tables that counties submit.
_ITERATIONS_PER_NODE = 60
# A safeguard on slow machines; the work budget normally ends a search long before.
_TIME_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable between two bounds, integer or continuous, with a cost per unit."""

    cost: float
    lower_bound: float
    upper_bound: float
    is_integer: bool = False


@dataclass(frozen=True, slots=True)
class LinearRow:
    """A weighted sum of variables that must lie between two bounds; *coefficients* are by index of the variable."""

    lower_bound: float
    upper_bound: float
    coefficients: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class MixedIntegerProgram:
    """Variables and rows; the solution minimises the total cost."""

    variables: Sequence[Variable]
    rows: Sequence[LinearRow]


@dataclass(slots=True)
class WorkBudget:
    """The work that a search may still do; counted, not timed, so that it ends at the same point on every machine.

    A unit is about a microsecond on a processor of 2020, fitted to coefficients, iterations and sizes of many programs.
    """

    remaining: int

    def count_affordable_nodes(self, program: MixedIntegerProgram) -> int:
        """Return the number of nodes of a program that the remaining work allows; 0 if it does not pay to set it up."""
        remaining_after_setup = max(0, self.remaining - _compute_setup_cost(program))
        return remaining_after_setup // (_ITERATIONS_PER_NODE * _compute_iteration_cost(program))

    def subtract_cost(self, program: MixedIntegerProgram, iterations: int) -> None:
        """Subtract the cost of a solved program from the remaining work."""
        self.remaining -= _compute_setup_cost(program) + max(0, iterations) * _compute_iteration_cost(program)


def _compute_setup_cost(program: MixedIntegerProgram) -> int:
    return _PROGRAM_COST + _COEFFICIENT_COST * sum(len(row.coefficients) for row in program.rows)


def _compute_iteration_cost(program: MixedIntegerProgram) -> int:
    return _ITERATION_COST + (len(program.variables) + len(program.rows)) // _SIZE_PER_EXTRA_COST


@dataclass(frozen=True, slots=True)
class Solution:
    """The values of the variables; None if the program is infeasible or the work budget ran out."""

    values: Sequence[float] | None
    is_infeasible: bool = False


def solve_program(program: MixedIntegerProgram, work_budget: WorkBudget) -> Solution:
    """Return the optimum of a program, or no values if *work_budget* is exhausted; its cost is subtracted from it."""
    max_nodes = work_budget.count_affordable_nodes(program)
    if not max_nodes:
        work_budget.remaining = 0
        return Solution(None)
    highs = _load_highs()
    solver = highs.Highs()
    for name, setting in _build_solver_options(max_nodes).items():
        solver.setOptionValue(name, setting)
    solver.passModel(_build_model(program))
    solver.run()
    work_budget.subtract_cost(program, solver.getInfo().simplex_iteration_count)
    status = solver.getModelStatus()
    statuses = highs.HighsModelStatus
    if status == statuses.kOptimal:
        return Solution(solver.getSolution().col_value)
    return Solution(None, is_infeasible=status in {statuses.kInfeasible, statuses.kUnboundedOrInfeasible})


def _load_highs() -> Any:  # noqa: ANN401 - the types of highspy are incomplete
    import highspy  # noqa: PLC0415 - slow to load, and most workbooks never need it

    return highspy


def _build_solver_options(max_nodes: int) -> dict[str, bool | str | int | float]:
    """Return HiGHS options: no output; one thread and a fixed seed for repeatable runs; no optimality gap."""
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
    model.col_cost_ = [variable.cost for variable in program.variables]
    model.col_lower_, model.col_upper_ = _list_bounds(program.variables)
    types = {False: highs.HighsVarType.kContinuous, True: highs.HighsVarType.kInteger}
    model.integrality_ = [types[variable.is_integer] for variable in program.variables]
    model.row_lower_, model.row_upper_ = _list_bounds(program.rows)
    model.a_matrix_.format_ = highs.MatrixFormat.kRowwise
    starts, indices, coefficients = _flatten_rows(program.rows)
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = starts, indices, coefficients
    return model


def _list_bounds(bounded: Sequence[Variable] | Sequence[LinearRow]) -> tuple[list[float], list[float]]:
    """Return the lower and the upper bounds of variables or rows."""
    lower_bounds: list[float] = []
    upper_bounds: list[float] = []
    for item in bounded:
        lower_bounds.append(item.lower_bound)
        upper_bounds.append(item.upper_bound)
    return lower_bounds, upper_bounds


def _flatten_rows(rows: Sequence[LinearRow]) -> tuple[list[int], list[int], list[float]]:
    """Return the coefficient matrix in compressed row form: starts of the rows, variable indices, coefficients."""
    starts: list[int] = [0]
    indices: list[int] = []
    coefficients: list[float] = []
    for row in rows:
        indices.extend(row.coefficients.keys())
        coefficients.extend(row.coefficients.values())
        starts.append(len(indices))
    return starts, indices, coefficients
