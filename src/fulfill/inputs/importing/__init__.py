"""Files as other programs export them, into the tables of a case."""
