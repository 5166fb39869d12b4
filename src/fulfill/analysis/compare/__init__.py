"""Comparison of direct mail, local fulfilment and a mix, and their break-even points."""
