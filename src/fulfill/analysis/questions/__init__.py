"""Which figures to have confirmed first, from plans at the ends of their ranges."""
