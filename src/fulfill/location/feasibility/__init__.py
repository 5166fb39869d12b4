"""Whether any plan keeps the limits of an instance, proven without looking at cost."""
