"""A second reading of plan and bound, without solver code."""
