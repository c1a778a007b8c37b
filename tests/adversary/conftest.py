"""The served web app over memory, and the whole house on PostgreSQL."""

from tests.entrypoints.web.conftest import outside, served
from tests.journeys.conftest import dsn, house, stage

__all__ = ["dsn", "house", "outside", "served", "stage"]
