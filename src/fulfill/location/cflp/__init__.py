"""The capacitated facility location problem: one product, one period, one size a site."""
