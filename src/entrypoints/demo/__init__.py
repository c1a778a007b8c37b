"""The whole business on one machine: one customer's journey from /start to the portrait, and the books after it."""
