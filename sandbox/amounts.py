"""Amounts in minor units, written for people."""

_NO_DECIMALS = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga")
    + ("pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMALS = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "mxn": "MX$", "cad": "CA$", "jpy": "¥"}


def written(amount: int, currency: str) -> str:
    """1250 usd as $12.50; a currency without a sign of its own as 12.50 CHF."""
    places = 0 if currency in _NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    whole, rest = divmod(abs(amount), 10**places)
    number = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
    minus = "-" if amount < 0 else ""
    if currency in _SIGNS:
        return f"{minus}{_SIGNS[currency]}{number}"
    return f"{minus}{number} {currency.upper()}"


def rhythm(interval: str, count: int) -> str:
    """`every month`, `every 3 months`."""
    return f"every {interval}" if count == 1 else f"every {count} {interval}s"
