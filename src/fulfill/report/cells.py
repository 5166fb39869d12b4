"""A figure as people read it."""

from __future__ import annotations

from typing import Any

import pandas as pd

NONE = "-"
"""What stands for a figure that there is none of: a mean over nothing, a share of nothing."""


def shown(value: Any, form: str) -> str:
    """Return a figure in its form, or a dash where it is NaN or None."""
    return NONE if pd.isna(value) else form.format(value)
