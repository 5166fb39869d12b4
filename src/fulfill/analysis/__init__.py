"""Analyses of several plans."""
