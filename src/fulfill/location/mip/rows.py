"""A linear model built from arrays: families of variables and rows, passed to MathOpt in one piece.

Building object by object takes longer than solving; here every family is a few numpy arrays. Rows
carry their family and key as a name, ``throughput[mx-cdmx,nov]``, so that a message can name the
constraint in the planner's own terms, and a family's dual values can be found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from ortools.math_opt import model_pb2, sparse_containers_pb2

from fulfill.model.arrays import Array, Index, Mask

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class ModelArrays:
    """A model of n columns and m rows.

    Attributes
    ----------
    lower, upper, cost, integer : (n,)
    row_low, row_high : (m,)
    matrix : csr_array, shape (m, n)
    """

    lower: Array
    upper: Array
    cost: Array
    integer: Mask
    row_low: Array
    row_high: Array
    matrix: csr_array


@dataclass
class LinearModel:
    """A minimisation model under construction (mutable, private to the solving of one instance).

    Attributes
    ----------
    lower, upper, cost, integer : list of ndarray
        One array for each family of variables.
    n_columns, n_rows : int
    row_low, row_high : list of ndarray
        One array for each family of rows.
    families : dict of str to ndarray of int
        Row numbers of each family.
    row_keys : list of callable
        Return the keys of a family's rows; called only when names are wanted.
    entries : list
        Rows, columns and values of coefficients.
    fixed : list
        Columns, and the values that they are fixed at.
    offset : float
        Constant of the objective.
    """

    lower: list[Array] = field(default_factory=list)
    upper: list[Array] = field(default_factory=list)
    cost: list[Array] = field(default_factory=list)
    integer: list[Mask] = field(default_factory=list)
    n_columns: int = 0
    row_low: list[Array] = field(default_factory=list)
    row_high: list[Array] = field(default_factory=list)
    families: dict[str, Index] = field(default_factory=dict)
    row_keys: list[Callable[[], list[str]]] = field(default_factory=list)
    n_rows: int = 0
    entries: list[tuple[Index, Index, Array]] = field(default_factory=list)
    fixed: list[tuple[Index, Array]] = field(default_factory=list)
    offset: float = 0.0

    def add_variables(
        self,
        shape: tuple[int, ...],
        cost: ArrayLike,
        upper: ArrayLike = np.inf,
        *,
        integer: bool = False,
    ) -> Index:
        """Add non-negative variables.

        Parameters
        ----------
        shape : tuple of int
        cost, upper : array_like
            Broadcast to the shape.
        integer : bool

        Returns
        -------
        ndarray of int
            Column numbers in the given shape.
        """
        size = int(np.prod(shape))
        columns = np.arange(self.n_columns, self.n_columns + size).reshape(shape)
        self.lower.append(np.zeros(size))
        self.upper.append(np.broadcast_to(np.asarray(upper, float), shape).ravel().copy())
        self.cost.append(np.broadcast_to(np.asarray(cost, float), shape).ravel().copy())
        self.integer.append(np.full(size, integer))
        self.n_columns += size
        return columns

    def add_rows(
        self,
        family: str,
        low: ArrayLike,
        high: ArrayLike,
        shape: tuple[int, ...],
        keys: Callable[[], list[str]] = list,
    ) -> Index:
        """Add rows ``low <= ... <= high`` without coefficients.

        Parameters
        ----------
        family : str
            A name that no earlier family has.
        low, high : array_like
            Broadcast to the shape.
        shape : tuple of int
        keys : callable
            Returns what tells the rows of the family apart, in order.

        Returns
        -------
        ndarray of int
            Row numbers in the given shape.
        """
        size = int(np.prod(shape))
        rows = np.arange(self.n_rows, self.n_rows + size).reshape(shape)
        self.row_low.append(np.broadcast_to(np.asarray(low, float), shape).ravel().copy())
        self.row_high.append(np.broadcast_to(np.asarray(high, float), shape).ravel().copy())
        self.families[family] = rows
        self.row_keys.append(keys)
        self.n_rows += size
        return rows

    def add_entries(self, rows: ArrayLike, columns: ArrayLike, values: ArrayLike) -> None:
        """Add coefficients.

        Parameters
        ----------
        rows, columns, values : array_like
            They broadcast; values at the same place add up.
        """
        row, column, value = np.broadcast_arrays(
            np.asarray(rows), np.asarray(columns), np.asarray(values, float)
        )
        # explicit zeros would enlarge the matrix, and broadcasting makes many
        keep = value.ravel() != 0
        self.entries.append((row.ravel()[keep], column.ravel()[keep], value.ravel()[keep]))

    def fix(self, columns: Index, values: ArrayLike) -> None:
        """Fix variables, whatever their bounds were.

        Parameters
        ----------
        columns : ndarray of int
        values : array_like
            Broadcast to the shape of the columns.
        """
        self.fixed.append((columns.ravel(), np.broadcast_to(values, columns.shape).ravel()))

    def names(self) -> list[str]:
        """Return the name of every row, in row order."""
        return [
            f"{family}[{key}]"
            for family, keys in zip(self.families, self.row_keys, strict=True)
            for key in keys()
        ]

    def arrays(self) -> ModelArrays:
        """Return the model as one array for each part, coefficients of the same place added up."""
        from scipy.sparse import coo_array

        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        lower, upper = np.concatenate(self.lower), np.concatenate(self.upper)
        for columns, values in self.fixed:
            lower[columns] = upper[columns] = values
        return ModelArrays(
            lower=lower,
            upper=upper,
            cost=np.concatenate(self.cost),
            integer=np.concatenate(self.integer),
            row_low=np.concatenate(self.row_low),
            row_high=np.concatenate(self.row_high),
            matrix=coo_array((value, (row, column)), shape=(self.n_rows, self.n_columns)).tocsr(),
        )

    def proto(self, *, named: bool = False) -> model_pb2.ModelProto:
        """Return the model in MathOpt's format.

        Parameters
        ----------
        named : bool
            Whether rows carry their names.

        Returns
        -------
        ModelProto
        """
        arrays = self.arrays()
        matrix, paid = arrays.matrix.tocoo(), np.flatnonzero(arrays.cost)
        return model_pb2.ModelProto(
            variables=model_pb2.VariablesProto(
                ids=range(self.n_columns),
                lower_bounds=arrays.lower,
                upper_bounds=arrays.upper,
                integers=arrays.integer,
            ),
            objective=model_pb2.ObjectiveProto(
                offset=self.offset,
                linear_coefficients=sparse_containers_pb2.SparseDoubleVectorProto(
                    ids=paid, values=arrays.cost[paid]
                ),
            ),
            linear_constraints=model_pb2.LinearConstraintsProto(
                ids=range(self.n_rows),
                lower_bounds=arrays.row_low,
                upper_bounds=arrays.row_high,
                names=self.names() if named else [],
            ),
            linear_constraint_matrix=sparse_containers_pb2.SparseDoubleMatrixProto(
                row_ids=matrix.coords[0], column_ids=matrix.coords[1], coefficients=matrix.data
            ),
        )


def keys_of(*axes: tuple[str, ...]) -> Callable[[], list[str]]:
    """Return a function that lists the keys of a family of rows over the product of its axes.

    Parameters
    ----------
    *axes : tuple of str
        Names along each axis.

    Returns
    -------
    callable
        See `LinearModel.add_rows`.
    """

    def keys() -> list[str]:
        found = [""]
        for axis in axes:
            found = [f"{key},{name}" if key else name for key in found for name in axis]
        return found

    return keys
