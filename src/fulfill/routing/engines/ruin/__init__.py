"""Ruin and recreate with compiled kernels."""
