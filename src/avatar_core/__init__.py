"""Money and training core for AI-avatar businesses: pure Python, standard library only."""
