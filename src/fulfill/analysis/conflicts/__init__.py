"""Why limits leave no plan, and the least that would have to give."""
