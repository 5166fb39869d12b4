"""Independent checks of plans and bounds, without solver code."""
