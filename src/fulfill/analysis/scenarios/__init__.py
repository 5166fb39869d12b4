"""One choice of sites for several possible years."""
