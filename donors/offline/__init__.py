"""Gifts that come without a checkout: by check, in cash, by bank transfer, from another program."""
