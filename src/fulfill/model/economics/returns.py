"""What a returned order costs: the refund, the way back, less what the goods still fetch."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def return_cost(
    return_rate: ArrayLike,
    net_revenue: ArrayLike,
    reverse_usd: ArrayLike,
    goods_usd: ArrayLike,
    salvage_share: ArrayLike,
) -> NDArray[np.float64]:
    """Return the expected cost of returns of one delivered order, USD: ``r (N + reverse - salvage)``."""
    saved = np.asarray(salvage_share, float) * np.asarray(goods_usd, float)
    lost = np.asarray(net_revenue, float) + np.asarray(reverse_usd, float) - saved
    cost: NDArray[np.float64] = np.asarray(return_rate, float) * lost
    return cost
