"""Restricted money, and the double entry that says where it is."""
