"""Arrays of a named tuple that compiled code uses without counting references to them.

Numba raises and lowers an array's reference count at every access to it through a named tuple,
which in the steps of a search costs more than the steps themselves (docs/routing.md has the
figures). Clearing the pointer to the array's memory record makes these operations do nothing. Then
nothing in the compiled function keeps an array alive: **its caller must hold the tuple until the
function returns**, so apply this to arguments only, never to arrays that the function itself has
made.

This uses numba's internal interface and is done only for versions that it was tested with
(`TESTED`). With any other the function returns its argument unchanged: slower, with equal results.
"""

from __future__ import annotations

from typing import Any

from numba import __version__
from numba.core import cgutils, types
from numba.extending import intrinsic

from fulfill.model.kernel_cache import njit

TESTED = ("0.68",)
"""Versions of numba tested to be safe without counts; `numba` in pyproject.toml ends with them."""


def _without_refcounts(_context: Any, counted: Any) -> Any:
    """Return type and code of the function, as numba's `intrinsic` wants them."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        value = arguments[0]
        for index, kind in enumerate(counted.types):
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(
                    context, builder, value=builder.extract_value(value, index)
                )
                # numba's incref and decref ignore a null record
                array.meminfo = cgutils.get_null_value(array.meminfo.type)
                value = builder.insert_value(value, array._getvalue(), index)
        return value

    return counted(counted), code


def _unchanged(counted: Any) -> Any:
    return counted


IS_TESTED = __version__.rpartition(".")[0] in TESTED
without_refcounts = (
    intrinsic(_without_refcounts) if IS_TESTED else njit(inline="always")(_unchanged)
)
"""Return a named tuple with its arrays not counted.

For use in compiled code, on arguments that the caller holds.
"""
