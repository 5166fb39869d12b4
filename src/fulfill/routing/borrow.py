"""Arrays that compiled code uses without counting who uses them.

Numba counts up and down at every access to an array of a named tuple, which in the steps of a search costs more than
the steps. Borrowed arrays are not counted; whoever lends them must keep them for as long.
"""

from __future__ import annotations

from typing import Any

from llvmlite.ir import Constant
from numba.core import types
from numba.extending import intrinsic


@intrinsic  # type: ignore[untyped-decorator]
def borrowed(_context: Any, lent: Any) -> Any:
    """Return a named tuple with its arrays borrowed; to be used on arguments only, which the caller keeps."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        value = arguments[0]
        for index, kind in enumerate(lent.types):
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(context, builder, value=builder.extract_value(value, index))
                array.meminfo = Constant(array.meminfo.type, None)
                value = builder.insert_value(value, array._getvalue(), index)
        return value

    return lent(lent), code
