"""A problem and its plan as tables of an Anura project."""
