"""One suite per port: an abstract class with one hole, the fixture that returns the adapter.

Fill the hole and name the class ``Test…``: the suite's tests then run against that adapter.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"tests.contracts.{suite}"
        for suite in (
            "books",
            "clock",
            "event_publisher",
            "inbox",
            "messenger",
            "names",
            "outbox",
            "painter",
            "payment_gateway",
            "photo_inspector",
            "photo_store",
            "provider",
            "store",
            "trainer",
            "unit_of_work",
            "unit_of_work_money",
            "unit_of_work_orders",
            "unit_of_work_payments",
            "unit_of_work_people",
            "unit_of_work_races",
            "warden",
            "worklists",
        )
    )
)
