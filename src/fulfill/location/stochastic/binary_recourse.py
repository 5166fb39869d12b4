"""Second stages that are mixed-integer programs, each solved by HiGHS.

The linear relaxation gives the cuts. For any prices ``p`` of the rows of scenario ``s``, of the
sign of their limits ``h_s``::

    C_s(y) >= p (h_s - T y) + sum_k min(0, (q - p W)_k) upper_k        for every y

Where each row holds at most one site, and no variable lies in rows of two sites, the bound is a sum
over sites once the other rows have their prices. The rows of a site then have two prices, one for
where it is open and one for where it is closed, each the best there: the cut stays linear in ``y``,
as high as with one price at the choice it is made at, and no lower at others. A single price values
the whole capacity of a closed site at the worth of its first unit.

The prices are those of the solver, but the bound is worked out anew from them. Settling a choice
solves the programs in whole numbers; there the bound is the solver's own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import eye_array, kron, vstack

from fulfill.location.stochastic.decomposition import Cut, Relaxed
from fulfill.model.arrays import Array, Mask
from fulfill.model.smps import TwoStageProgram

SHRINK = 1e-7
"""Prices are made smaller by this share, so that variables without an upper limit keep a reduced
cost that is not negative: the solver's own is so within 1e-7 only."""

TOGETHER = 50
"""Scenarios in one linear program: a call of the solver for each takes twice as long."""

CLOSED, OPEN = 0, 1
"""Places of the prices for where a site is closed and open."""


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
        upper = np.flatnonzero(np.isfinite(program.row_upper).all(axis=0))
        lower = np.flatnonzero(np.isfinite(program.row_lower).all(axis=0))
        self._matrix = vstack([program.recourse[upper], -program.recourse[lower]]).tocsr()
        self._technology = np.concatenate([program.technology[upper], -program.technology[lower]])
        self._limit = np.concatenate(
            [program.row_upper[:, upper], -program.row_lower[:, lower]], axis=1
        )
        self._range = np.column_stack([np.zeros_like(program.upper), program.upper])
        self._rows_of_site = self._technology != 0.0
        self._variables_of_site = abs(self._matrix).T @ self._rows_of_site > 0.0
        sites_in = [held.sum(axis=1) for held in (self._rows_of_site, self._variables_of_site)]
        self._sites_apart = bool(np.concatenate(sites_in).max() <= 1)

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
            Prices of the rows as duals, none positive, shape (S, 2, rows): where the site of a row
            is closed and where it is open.

        Raises
        ------
        ValueError
            Where a second stage has no plan: it must have one for every first stage.
        """
        cost = np.tile(self.program.cost, (len(self.probability), 1))
        relaxed, prices = self._solve(cost, np.arange(self._matrix.shape[0]), opened)
        duals = np.stack([prices, prices], axis=1)
        if self._sites_apart:
            of_sites = np.flatnonzero(self._rows_of_site.any(axis=1))
            common = prices.copy()
            common[:, of_sites] = 0.0
            _, opposite = self._solve(cost - common @ self._matrix, of_sites, ~opened)
            is_open = self._rows_of_site[of_sites] @ opened
            duals[:, CLOSED, of_sites] = np.where(is_open, opposite, prices[:, of_sites])
            duals[:, OPEN, of_sites] = np.where(is_open, prices[:, of_sites], opposite)
        return Relaxed(relaxed, np.full(len(cost), np.inf), duals)

    def _solve(self, cost: Array, rows: NDArray[np.intp], opened: Mask) -> tuple[Array, Array]:
        """Return the least cost of each scenario (S,) within some rows, and their prices."""
        limits = self._limit[:, rows] - self._technology[rows] @ opened.astype(float)
        least, prices = np.zeros(len(limits)), np.zeros_like(limits)
        for start in range(0, len(limits), TOGETHER):
            some = slice(start, start + TOGETHER)
            count = len(limits[some])
            # the stubs of scipy know no sparse matrix here
            found = linprog(  # type: ignore[call-overload]
                cost[some].ravel(),
                A_ub=kron(eye_array(count), self._matrix[rows], format="csr"),
                b_ub=limits[some].ravel(),
                bounds=np.tile(self._range, (count, 1)),
                method="highs-ds",
            )
            if found.status != 0:
                raise ValueError(f"second stage: {found.message}")
            least[some] = (cost[some] * found.x.reshape(count, -1)).sum(axis=1)
            prices[some] = found.ineqlin.marginals.reshape(count, -1)
        return least, np.minimum(prices, 0.0) * (1.0 - SHRINK)

    def cut(self, duals: Array, weights: Array) -> Cut:
        """Return the bound of the module's head, weighted over scenarios.

        Parameters
        ----------
        duals : ndarray, shape (S, 2, rows)
        weights : ndarray, shape (S,)

        Returns
        -------
        Cut
            Its constant is minus infinity where prices bound nothing.
        """
        program, used = self.program, weights > 0.0
        prices, limit, weights = duals[used], self._limit[used], weights[used]
        least = []
        for side in (CLOSED, OPEN):
            reduced = np.minimum(program.cost - prices[:, side] @ self._matrix, 0.0)
            with np.errstate(invalid="ignore"):
                least.append(weights @ np.where(reduced < 0.0, reduced * program.upper, 0.0))
        if not np.isfinite(least).all():
            return Cut(-np.inf, np.zeros(len(self.fixed)), reduced.size)
        closed, opened = prices[:, CLOSED], prices[:, OPEN]
        constant = weights @ (closed * limit).sum(axis=1) + least[CLOSED].sum()
        slope = -(weights @ opened) @ self._technology
        slope += (weights @ ((opened - closed) * limit)) @ self._rows_of_site
        slope += (least[OPEN] - least[CLOSED]) @ self._variables_of_site
        return Cut(float(constant), slope, 2 * reduced.size)

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
