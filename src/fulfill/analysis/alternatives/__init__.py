"""Other plans of nearly the same cost, and what each is better at."""
