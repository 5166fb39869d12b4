"""A delivery day: stops, fleet, districts, line-haul and the tables that describe them."""
