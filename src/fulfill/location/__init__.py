"""Where to put sites and how much goes through each.

The plain MIP, and decompositions for what it cannot hold.
"""
