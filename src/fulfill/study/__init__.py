"""Studies and their runs: planning, checking, saving and reading them back."""
