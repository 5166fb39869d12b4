"""A problem as arrays: unit economics, the instance, decisions, certificates."""
