"""The donor's promise, and its instalments."""
