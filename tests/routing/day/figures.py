"""Parameters of a network, for tests of a day."""

FIGURES = {
    "people_km2": 6000.0,
    "rural_people_km2": 60.0,
    "block_m": 60.0,
    "stop_minutes": 3.0,
    "order_minutes": 0.5,
    "street_detour": 1.35,
    "street_reach_km": 15.0,
}
"""Parameters of a network."""
