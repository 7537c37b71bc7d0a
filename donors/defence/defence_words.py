"""What looked wrong, what is blocked and how a hold stands, in words."""

from typing import Any

from flask_babel import lazy_gettext

SUSPICIONS: dict[str, Any] = {
    "hasty": lazy_gettext("The form was sent faster than people type"),
    "restless": lazy_gettext("Several gifts were begun and not paid just before"),
    "declined_before": lazy_gettext("Cards of the same address or e-mail were declined just before"),
    "drive_tested": lazy_gettext("Many cards were declined on this drive, and the donor is new"),
    "card_blocked": lazy_gettext("Paid with a card that was declined again and again"),
}
KINDS: dict[str, Any] = {
    "address": lazy_gettext("A network address"),
    "email": lazy_gettext("An e-mail address"),
    "card": lazy_gettext("A card"),
    "drive": lazy_gettext("New donors of a drive: their gifts wait for a look"),
}
REASONS: dict[str, Any] = {
    "attempts": lazy_gettext("Too many attempts"),
    "declines": lazy_gettext("Too many declined cards"),
}
BLOCK_STATES: dict[str, Any] = {
    "in_force": lazy_gettext("In force"),
    "lifted": lazy_gettext("Lifted"),
    "over": lazy_gettext("Over"),
}
HOLD_STATES: dict[str, Any] = {
    "held": lazy_gettext("Waits for a decision"),
    "taking": lazy_gettext("Being taken"),
    "releasing": lazy_gettext("Being let go"),
    "taken": lazy_gettext("Taken"),
    "released": lazy_gettext("Let go"),
}
TONES = {"in_force": "bad", "held": "warn", "taking": "warn", "releasing": "warn", "taken": "good"}
