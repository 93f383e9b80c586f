"""The best choice of yes-or-no's under linear rows: a thin layer over OR-Tools' CP-SAT, the same answer every time."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Choice:
    """Variables, rows and points of one choice; the points are whole numbers and the most of them win.

    Examples
    --------
    >>> choice = Choice()
    >>> tea, coffee = choice.variable(points=2), choice.variable(points=3)
    >>> choice.at_most({tea: 1, coffee: 1}, 1)
    >>> choice.best()
    (0, 1)
    """

    points: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, int], int]] = field(default_factory=list)

    def variable(self, points: int = 0, upper: int = 1) -> int:
        """A new whole-number variable from 0 to `upper`, worth `points` each."""
        self.points.append(points)
        self.upper.append(upper)
        return len(self.points) - 1

    def at_most(self, row: dict[int, int], most: int) -> None:
        """The weighted sum of variables must not exceed `most`."""
        self.rows.append((row, most))

    def best(self) -> tuple[int, ...]:
        """The values with the most points.

        Raises
        ------
        RuntimeError
            When the limit of deterministic time is reached before the best is proven; the choices of a plan are far below it.

        Notes
        -----
        The protocol is filled directly: OR-Tools' own modelling module loads pandas, which takes longer than planning does.
        One worker, a fixed seed and a limit in deterministic time make the answer independent of the machine.
        """
        from ortools.sat.python import cp_model_helper as sat

        model = sat.CpModelProto()
        for most in self.upper:
            model.variables.add().domain.extend([0, most])
        for row, most in self.rows:
            linear = model.constraints.add().linear
            linear.vars.extend(list(row))
            linear.coeffs.extend(list(row.values()))
            linear.domain.extend([-(2**62), most])
        counted = [index for index, points in enumerate(self.points) if points]
        model.objective.vars.extend(counted)
        model.objective.coeffs.extend([-self.points[index] for index in counted])
        parameters = sat.SatParameters()
        parameters.num_workers = 1
        parameters.random_seed = 0
        parameters.max_deterministic_time = 20.0
        solver = sat.SolveWrapper()
        solver.set_parameters(parameters)
        answer: sat.CpSolverResponse = solver.solve(model)  # type: ignore[no-untyped-call]  # the one call its stub leaves untyped
        if answer.status != sat.CpSolverStatus.OPTIMAL:
            raise RuntimeError(f"expected a proven best choice, got {answer.status}; {len(self.points)} variables, {len(self.rows)} rows")
        return tuple(int(value) for value in answer.solution)
