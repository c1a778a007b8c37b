"""The examples of the kit, under the name they had."""

from avatar_core.testing.examples import *  # noqa: F403  until every test imports them from the kit
