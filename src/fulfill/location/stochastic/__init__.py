"""Two-stage location under risk: sites are chosen before the scenario is known."""
