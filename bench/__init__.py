"""Measurements, each beside its limit in the same run: `python -m bench`.

Everything runs on loopback, on processes and folders of its own, bounded in count and in time, and is taken
down at the end. Absolute figures belong to the machine and the hour; the ratios are the result.
"""
