"""Gifts from the export files of other systems: read, checked, imported and taken back."""
