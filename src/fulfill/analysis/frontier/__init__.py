"""What cost has to give for another measure: plans along limits on it, each with a proven bound."""
