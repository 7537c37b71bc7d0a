"""Money that comes without a checkout, for software: batches, single gifts, pledges, lines of the bank."""

from donors.api.offline import bank_lines, batches, gifts, pledges

__all__ = ["bank_lines", "batches", "gifts", "pledges"]
