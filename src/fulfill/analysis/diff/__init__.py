"""What changed between two runs: inputs, decisions, and the cost between them."""
