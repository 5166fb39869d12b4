"""A plan day by day through a year: queues, late ships and cancellations, beside the plan."""
