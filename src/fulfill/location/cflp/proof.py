"""The tree of proofs of a branch and bound: what it decided, and the prices behind every decision.

Branching splits a node into the two sides of a site. So does a fixing: one side is proven by the
prices that fixed the site, the search goes on below the other.
"""

from __future__ import annotations

import numpy as np

from fulfill.location.cflp.lagrangian import OPEN, Ascent, Trail
from fulfill.model.arrays import Array, Index
from fulfill.model.branching_certificate import BranchingCertificate
from fulfill.model.certificate import NO, YES

MOST_BYTES = 2**30
"""Size of the prices beyond which a tree of proofs is given up; the search goes on without it."""


class Proof:
    """A growing tree of proofs. Mutable, private to one solve.

    Prices that prove the bound of a node are valid below it, so every node without children has
    prices at all times: the certificate is whole wherever the search is interrupted.

    Parameters
    ----------
    sites : (n,)
        The instance's number of each site of the search.
    prices : (n_cells,)
        Prices of the root.

    Attributes
    ----------
    nodes : list of (int, int, int)
        Parent, site and side of each node.
    prices : dict of (n_cells,)
        Of the nodes without children.
    bytes : int
        Size of all prices that were entered.
    """

    def __init__(self, sites: Index, prices: Array) -> None:
        self.sites = sites
        self.nodes = [(-1, -1, YES)]
        self.prices = {0: prices}
        self.bytes = prices.nbytes

    @property
    def abandoned(self) -> bool:
        """Tell whether the proof has become too large, so that there will be no certificate."""
        return self.bytes > MOST_BYTES

    def narrow(self, kept: Index) -> None:
        """Renumber the sites after some were left out of the search.

        Parameters
        ----------
        kept : (n_kept,)
            Former numbers of those that stay.
        """
        self.sites = self.sites[kept]

    def split(self, node: int, site: int) -> tuple[int, int]:
        """Split a node by a site.

        Parameters
        ----------
        node, site : int

        Returns
        -------
        (int, int)
            The nodes where the site is closed and open.
        """
        if self.abandoned:
            return node, node
        closed = len(self.nodes)
        number = int(self.sites[site])
        # one call, so that an interrupt leaves both sides or none
        self.nodes.extend(((node, number, NO), (node, number, YES)))
        self.prices[closed] = self.prices[closed + 1] = self.prices[node]
        del self.prices[node]
        return closed, closed + 1

    def follow(self, node: int, trail: Trail) -> int:
        """Add the fixings of an ascent below a node.

        Parameters
        ----------
        node : int
        trail : Trail

        Returns
        -------
        int
            The node at the end of the fixings.
        """
        if not self._holds(trail.prices):
            return node
        proofs = list(trail.prices)
        for site, side, row in zip(*(part.tolist() for part in trail[:3]), strict=True):
            sides = self.split(node, site)
            self.prices[sides[1 - side]] = proofs[row]
            node = sides[side]
        return node

    def conclude(self, node: int, found: Ascent) -> int:
        """Add the fixings of an ascent below a node and its prices at their end.

        Parameters
        ----------
        node : int
        found : Ascent

        Returns
        -------
        int
            The node at the end.
        """
        node = self.follow(node, found.trail)
        if self._holds(found.prices):
            self.prices[node] = found.prices
        return node

    def refute(self, node: int, found: Ascent) -> None:
        """Add the proof of an ascent that reached the cutoff.

        Its bound does not rest on the sites that it fixed closed: they count like free ones until
        the next ascent leaves them out.

        Parameters
        ----------
        node : int
        found : Ascent
        """
        trail = found.trail
        opened = trail.side == OPEN
        rows, row = np.unique(trail.row[opened], return_inverse=True)
        openings = Trail(trail.site[opened], trail.side[opened], row, trail.prices[rows])
        self.conclude(node, found._replace(trail=openings))

    def _holds(self, prices: Array) -> bool:
        """Count more prices; tell whether the proof has room for them, and clear it if not."""
        self.bytes += prices.nbytes
        if self.abandoned:
            self.nodes, self.prices = self.nodes[:1], {}
        return not self.abandoned

    def certificate(self, cells: Index, n_cells: int) -> BranchingCertificate | None:
        """Return the tree with the prices of its leaves, each distinct vector once.

        Parameters
        ----------
        cells : (n,)
            The instance's number of each cell of the search.
        n_cells : int
            Number of cells of the instance.

        Returns
        -------
        BranchingCertificate or None
            None where the proof was abandoned.
        """
        if self.abandoned:
            return None
        parent, site, side = np.array(self.nodes, np.int64).T
        distinct: dict[int, Array] = {}
        rows = []
        for leaf in np.setdiff1d(np.arange(len(parent)), parent).tolist():
            # an interrupted split leaves the prices at the node above
            while leaf not in self.prices:
                leaf = int(parent[leaf])
            prices = self.prices[leaf]
            distinct[id(prices)] = prices
            rows.append(id(prices))
        number = {key: row for row, key in enumerate(distinct)}
        stacked = np.zeros((len(distinct), n_cells))
        for row, prices in enumerate(distinct.values()):
            stacked[row, cells] = prices
        price = np.array([number[key] for key in rows])
        return BranchingCertificate(stacked, price, parent, site, side)
