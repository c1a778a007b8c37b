"""What the core asks of the world, fulfilled with one vendor library each."""
