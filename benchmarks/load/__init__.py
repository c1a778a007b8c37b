"""Storms and a long steady load on a full database: ``python -m benchmarks.load``."""
