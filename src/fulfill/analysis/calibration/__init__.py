"""Figures of the model from the records of past orders: cancellation and lead times."""
