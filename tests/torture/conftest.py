"""The open drive and the sandbox of the giving tests, for whoever torments them."""

from tests.donors.conftest import drive, stripe

__all__ = ["drive", "stripe"]
