"""When to open, grow and close sites over several years."""
