"""Cost of a returned order: refund and return transport, less the salvage value of the goods."""

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
    """Return the expected cost of returns of one delivered order.

    ``ret (N + rev - S G)``: refund and return transport, less the salvage value of the goods.

    Parameters
    ----------
    return_rate : array_like
        ret, share of delivered orders that come back.
    net_revenue, reverse_usd, goods_usd : array_like
        N, rev (cost of taking an order back) and G (goods at their origin), USD.
    salvage_share : array_like
        S, share of the goods that is saved.

    Returns
    -------
    ndarray
        USD per delivered order; the arguments broadcast.
    """
    saved = np.asarray(salvage_share, float) * np.asarray(goods_usd, float)
    lost = np.asarray(net_revenue, float) + np.asarray(reverse_usd, float) - saved
    cost: NDArray[np.float64] = np.asarray(return_rate, float) * lost
    return cost
