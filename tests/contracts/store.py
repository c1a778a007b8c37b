"""The store of the kit, under the name it had."""

from avatar_core.testing.store import *  # noqa: F403  until every test imports it from the kit
