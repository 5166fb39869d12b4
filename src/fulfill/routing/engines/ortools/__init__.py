"""OR-Tools' routing solver, improved part by part."""
