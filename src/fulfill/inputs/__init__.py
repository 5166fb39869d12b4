"""Files to a checked problem: declared tables, faults with remedies, geography, tariffs."""
