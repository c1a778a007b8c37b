"""A stand-in for Robokassa's checkout and notices on 127.0.0.1, independent of the code that it tests."""

from entrypoints.sandbox.robokassa.notices import Notice
from entrypoints.sandbox.robokassa.sandbox import CheckoutFailed, RobokassaSandbox
from entrypoints.sandbox.robokassa.shop import Invoice, State

__all__ = ["CheckoutFailed", "Invoice", "Notice", "RobokassaSandbox", "State"]
