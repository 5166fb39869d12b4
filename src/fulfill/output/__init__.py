"""Files that people open: tables, layers and the page of a run; and what the terminal shows."""
