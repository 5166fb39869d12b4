"""CSV tables of a run."""
