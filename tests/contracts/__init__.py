"""The suites of ``avatar_core.testing``, filled by every adapter there is."""
