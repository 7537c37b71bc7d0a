"""Staff pages of money that comes without a checkout: batches, single gifts, pledges, lines of the bank."""

from donors.staff_pages.offline import agenda, bank_lines, batch_rows, batches, gifts, pledge_links, pledges

__all__ = ["agenda", "bank_lines", "batch_rows", "batches", "gifts", "pledge_links", "pledges"]
