"""Second stages that are mixed-integer programs, each solved by HiGHS.

The linear relaxation gives the cuts. For any prices ``p`` of the rows of scenario ``s``, of the
sign of their limits ``h_s``::

    C_s(y) >= p (h_s - T y) + sum_k min(0, (q - p W)_k) upper_k        for every y

The prices are those of the solver, but the bound is worked out anew from them. Settling a choice
solves the programs in whole numbers; there the bound is the solver's own.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import vstack

from fulfill.location.stochastic.decomposition import Cut, Relaxed
from fulfill.model.arrays import Array, Mask
from fulfill.model.smps import TwoStageProgram

SHRINK = 1e-7
"""Prices are made smaller by this share, so that variables without an upper limit keep a reduced
cost that is not negative: the solver's own is so within 1e-7 only."""


class ProgramRecourse:
    """The second stages of a two-stage program.

    Parameters
    ----------
    program : TwoStageProgram
    """

    def __init__(self, program: TwoStageProgram) -> None:
        self.program = program
        self.fixed, self.probability = program.fixed, program.probability
        # limits of both sides as rows of one side, for the linear program
        has_upper = np.isfinite(program.row_upper).all(axis=0)
        has_lower = np.isfinite(program.row_lower).all(axis=0)
        self._sides = (np.flatnonzero(has_upper), np.flatnonzero(has_lower))
        upper, lower = self._sides
        self._matrix = vstack([program.recourse[upper], -program.recourse[lower]]).tocsr()
        self._technology = np.concatenate([program.technology[upper], -program.technology[lower]])
        self._limit = np.concatenate(
            [program.row_upper[:, upper], -program.row_lower[:, lower]], axis=1
        )
        self._range = np.column_stack([np.zeros_like(program.upper), program.upper])

    def rows(self) -> list[tuple[Array, float]]:
        """Return the rows of the first stage."""
        program = self.program
        least = zip(program.first_rows, program.first_lower, strict=True)
        most = zip(-program.first_rows, -program.first_upper, strict=True)
        return [(row, limit) for row, limit in (*least, *most) if np.isfinite(limit)]

    def relax(self, opened: Mask) -> Relaxed:
        """Solve the linear relaxation of every scenario.

        Parameters
        ----------
        opened : ndarray of bool, shape (n,)

        Returns
        -------
        Relaxed
            Prices of the rows as duals, shape (S, rows), none positive.

        Raises
        ------
        ValueError
            Where a second stage has no plan: it must have one for every first stage.
        """
        limits = self._limit - self._technology @ opened.astype(float)
        cost, prices = np.zeros(len(limits)), np.zeros_like(limits)
        for s, limit in enumerate(limits):
            # the stubs of scipy know no sparse matrix here
            found = linprog(  # type: ignore[call-overload]
                self.program.cost, A_ub=self._matrix, b_ub=limit, bounds=self._range, method="highs"
            )
            if found.status != 0:
                raise ValueError(f"scenario {s + 1}: {found.message}")
            cost[s], prices[s] = found.fun, found.ineqlin.marginals
        return Relaxed(cost, np.full(len(cost), np.inf), np.minimum(prices, 0.0) * (1.0 - SHRINK))

    def cut(self, duals: Array, weights: Array) -> Cut:
        """Return the bound of the module's head, weighted over scenarios.

        Parameters
        ----------
        duals : ndarray, shape (S, rows)
        weights : ndarray, shape (S,)

        Returns
        -------
        Cut
            Its constant is minus infinity where prices bound nothing.
        """
        reduced = np.minimum(self.program.cost - duals @ self._matrix, 0.0)
        with np.errstate(invalid="ignore"):
            least = np.where(reduced < 0.0, reduced * self.program.upper, 0.0).sum(axis=1)
        constant = weights @ ((duals * self._limit).sum(axis=1) + least)
        return Cut(float(constant), -(weights @ duals) @ self._technology, reduced.size)

    def settle(self, opened: Mask) -> tuple[Array, Array]:
        """Solve every scenario in whole numbers.

        Parameters
        ----------
        opened : ndarray of bool, shape (n,)

        Returns
        -------
        lower, upper : ndarray, shape (S,)
        """
        program = self.program
        shift = program.technology @ opened.astype(float)
        lower, upper = np.zeros(len(self.probability)), np.zeros(len(self.probability))
        for s in range(len(lower)):
            found = milp(
                program.cost,
                integrality=program.integer.astype(np.int64),
                bounds=Bounds(0.0, program.upper),
                constraints=LinearConstraint(
                    program.recourse, program.row_lower[s] - shift, program.row_upper[s] - shift
                ),
                options={"mip_rel_gap": 0.0},
            )
            if found.status != 0:
                raise ValueError(f"scenario {s + 1}: {found.message}")
            lower[s], upper[s] = found.mip_dual_bound, found.fun
        return lower, upper
