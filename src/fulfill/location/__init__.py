"""Where to put sites and how much goes through each: the plain MIP, and decompositions for what it cannot hold."""
