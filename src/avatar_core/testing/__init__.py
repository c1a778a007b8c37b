"""What proves an adapter: one suite per port, with one hole, the fixture that returns the adapter.

Subclass the suite, name the class ``Test…``, fill the hole: the suite's tests then run against your adapter.  Needs the
extra ``avatar-core[testing]`` (pytest, pytest-asyncio, hypothesis); docs/how-to/write-an-adapter.md shows it at work.
"""

from pkgutil import iter_modules

import pytest

# Before any of them is imported: then a failing assert of a suite shows its values, as one of the adapter's own tests.
pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))
