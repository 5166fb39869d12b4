"""Which uncertain figures of the inputs a plan depends on most."""
