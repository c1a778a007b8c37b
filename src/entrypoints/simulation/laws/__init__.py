"""The laws of the business beyond its books: each module knows one group of them, and only looks."""
