"""Figures beside their limits, measured in the same run on the same machine: ``python -m benchmarks``."""
