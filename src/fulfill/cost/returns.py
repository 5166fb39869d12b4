"""What a returned order costs: the refund, the way back, less what the goods still fetch."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def return_cost(
    return_rate: ArrayLike, net_revenue: ArrayLike, reverse_usd: float, goods_usd: ArrayLike, salvage_share: float
) -> NDArray[np.float64]:
    """Return the expected cost of returns of one delivered order, USD: ``r (N + reverse - salvage)``."""
    saved = salvage_share * np.asarray(goods_usd, float)
    return np.asarray(return_rate, float) * (np.asarray(net_revenue, float) + reverse_usd - saved)
