"""Additive parts of the expected economics of one order."""
