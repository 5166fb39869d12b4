"""Excel workbooks: a case to edit, its faults marked in the cells, and the results of a run."""
