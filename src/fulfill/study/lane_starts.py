"""The place from which a lane starts, as flows.csv names it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fulfill.model.instance import LocationInstance
from fulfill.study.vocabulary import BY_MAIL


def lane_starts(instance: LocationInstance) -> NDArray[np.object_]:
    """Return the site of each lane, the plant of a direct shipment, or `BY_MAIL`, (n_lanes,)."""
    plants = () if instance.inbound is None else instance.inbound.origins
    from_site = np.array([*instance.sites, BY_MAIL], object)[instance.lane_site]
    from_plant = np.array([*plants, ""], object)[instance.lane_plant]
    return np.where(instance.lane_plant >= 0, from_plant, from_site)
