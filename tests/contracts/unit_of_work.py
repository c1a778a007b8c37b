"""What every unit of work must do."""

from tests.contracts.unit_of_work_money import MoneyContract
from tests.contracts.unit_of_work_orders import OrdersContract
from tests.contracts.unit_of_work_payments import PaymentsContract
from tests.contracts.unit_of_work_people import PeopleContract
from tests.contracts.unit_of_work_races import RacesContract


class UnitOfWorkContract(PeopleContract, PaymentsContract, OrdersContract, MoneyContract, RacesContract):
    """Fill ``store`` with an empty store of your kind (see tests.contracts.store)."""
