"""The whole business, simulated from a seed: customers, vendors that fail, processes that die, and the books.

The core, its reactions and the worker are the real ones; the adapters are those in memory; time is virtual.  The same
seed gives the same run, step by step.  ``business.run`` runs one scenario, ``many.run_all`` many of them.
"""
