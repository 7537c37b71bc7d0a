"""Importing gifts from a file: upload and columns, dry run and import, the rows, taking back."""

from donors.staff_pages.imports import files, rows, running

__all__ = ["files", "rows", "running"]
