"""Plans at many points of the inputs: grids, lists and samples over overrides."""
