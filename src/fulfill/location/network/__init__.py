"""The whole network by decomposition.

Lagrangian bound, search over sites, allocation to given sites.
"""
