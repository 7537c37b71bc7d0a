"""What is counted against card testers, and how much is too much.

Each gift that is begun takes a place of its address and its e-mail; one that is paid gives it back, so that a
household, an office or a phone network of honest donors is not stopped. Counts stand in the store of limits.
"""

import hashlib
import hmac
import ipaddress

from flask import current_app

from core.web import limits

#: Gifts begun and not paid, by one address or e-mail within `UNPAID_SECONDS`.
MOST_UNPAID = 3
UNPAID_SECONDS = 600
#: From so many on, a gift is looked at before its money is taken.
RESTLESS_UNPAID = 2
#: Attempts refused within `UNPAID_SECONDS`, after which an address is blocked for `BLOCK_HOURS`.
MOST_REFUSED = 20
BLOCK_HOURS = 24
#: Cards declined for one address, e-mail or card within `DECLINE_SECONDS`, after which it is blocked.
MOST_DECLINES = 5
DECLINE_SECONDS = 3600
#: Cards declined on one payment page, after which it is closed.
MOST_DECLINES_OF_PAGE = 4
#: Gifts of a drive with a declined card within `UNPAID_SECONDS`, and their share of these and the paid ones,
#: after which gifts of unknown donors are held for `DRIVE_HOURS`.
MOST_DECLINED_GIFTS = 10
DECLINED_SHARE = 0.5
DRIVE_HOURS = 1

_BEGUN, _PAID, _REFUSED, _DECLINED = "gift-begun", "gift-paid", "gift-refused", "card-declined"


def mark(kind: str, value: str) -> str:
    """A keyed digest by which an address or e-mail is known again and cannot be read. Empty stays empty."""
    value = value.strip().casefold()
    if not value:
        return ""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(secret, f"{kind}:{value}".encode(), hashlib.sha256).hex()[:32]


def address_mark(address: str) -> str:
    """Of a network address; of IPv6 the network, since a household owns all addresses in it. This machine
    itself has none: it is a test, a demonstration, or a proxy that nobody told us of."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return mark("address", address)
    if found.is_loopback:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return mark("address", str(ipaddress.ip_network((found, 64), strict=False)))
    return mark("address", str(found))


def may_begin(whose: str) -> bool:
    """Take a place for one more gift; False when too many of this mark are unpaid."""
    if not whose:
        return True
    paid = limits.taken(_PAID, whose, seconds=UNPAID_SECONDS)
    return limits.take(_BEGUN, whose, most=MOST_UNPAID + paid, seconds=UNPAID_SECONDS)


def unpaid(whose: str) -> int:
    begun = limits.taken(_BEGUN, whose, seconds=UNPAID_SECONDS)
    return max(0, begun - limits.taken(_PAID, whose, seconds=UNPAID_SECONDS))


def note_paid(*marks: str) -> None:
    for each in filter(None, marks):
        limits.take(_PAID, each, most=100_000, seconds=UNPAID_SECONDS)


def note_refused(whose: str) -> int:
    """One more refused attempt; how many there were lately."""
    return _note(_REFUSED, whose, UNPAID_SECONDS)


def note_declined(whose: str) -> int:
    """One more declined card; how many there were lately."""
    return _note(_DECLINED, whose, DECLINE_SECONDS)


def declined(whose: str) -> int:
    return limits.taken(_DECLINED, whose, seconds=DECLINE_SECONDS) if whose else 0


def is_tested(drive_id: str) -> bool:
    """Whether so many of a drive's gifts are declined that somebody seems to try cards on it."""
    bad = limits.taken(_DECLINED, drive_id, seconds=UNPAID_SECONDS)
    good = limits.taken(_PAID, drive_id, seconds=UNPAID_SECONDS)
    return bad >= MOST_DECLINED_GIFTS and bad >= DECLINED_SHARE * (bad + good)


def forget(whose: str) -> None:
    for purpose in (_BEGUN, _PAID, _REFUSED, _DECLINED):
        limits.forget(purpose, whose)


def _note(purpose: str, whose: str, seconds: int) -> int:
    if not whose:
        return 0
    limits.take(purpose, whose, most=100_000, seconds=seconds)
    return limits.taken(purpose, whose, seconds=seconds)
