"""What every unit of work must do."""

from avatar_core.testing.unit_of_work_money import MoneyContract
from avatar_core.testing.unit_of_work_orders import OrdersContract
from avatar_core.testing.unit_of_work_payments import PaymentsContract
from avatar_core.testing.unit_of_work_people import PeopleContract
from avatar_core.testing.unit_of_work_races import RacesContract
from avatar_core.testing.unit_of_work_rows import RowsContract
from avatar_core.testing.unit_of_work_versions import VersionsContract


class UnitOfWorkContract(
    PeopleContract, PaymentsContract, OrdersContract, MoneyContract, VersionsContract, RacesContract, RowsContract
):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""
