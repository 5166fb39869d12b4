"""What a plan loses when a site, a gateway, a crossing or carriers fail."""
