"""Why a row is no gift, in words: rules that it breaks, and what it is instead."""

from typing import Any

from flask_babel import lazy_gettext

#: A row that breaks one of these is bad: correct it in the file, or map the columns otherwise.
RULES: dict[str, Any] = {
    "cells": lazy_gettext("The row has another number of cells than the header."),
    "missing": lazy_gettext("This cell is empty."),
    "amount": lazy_gettext("This is no amount in this currency."),
    "amount_unclear": lazy_gettext("This may be thousands or decimals. Say which sign the decimals have."),
    "amount_large": lazy_gettext("This amount is too large."),
    "fee": lazy_gettext("The fee is no amount, or more than the gift."),
    "currency": lazy_gettext("This is no currency that is known here."),
    "other_currency": lazy_gettext(
        "The drive takes another currency. Import these rows into a drive that takes it."
    ),
    "date": lazy_gettext("This is no date."),
    "date_unclear": lazy_gettext("Day and month cannot be told apart. Say which comes first."),
    "date_future": lazy_gettext("This date is still to come."),
    "time": lazy_gettext("This is no time of day."),
    "zone": lazy_gettext("This time zone is not known here."),
    "status": lazy_gettext("It is not known whether this word means paid."),
    "email": lazy_gettext("This is no e-mail address."),
    "long": lazy_gettext("This text is too long."),
}
#: A row that is one of these is sound, but no gift to import.
LEFT_OUT: dict[str, Any] = {
    "refunded": lazy_gettext("The payment went back to the donor."),
    "not_paid": lazy_gettext("The payment failed or was called off."),
    "waiting": lazy_gettext("The payment is not completed yet. Import it once it is."),
    "not_a_gift": lazy_gettext("This is no payment by a donor: a transfer, a fee or a conversion."),
    "money_out": lazy_gettext("The amount is negative: money that went out."),
    "nothing": lazy_gettext("The amount is zero."),
    "test": lazy_gettext("This is a test payment."),
    "takes_back": lazy_gettext("A refund; its gift is imported without that part."),
    "refund_alone": lazy_gettext(
        "A refund of a gift that this file does not have. Take it back on that gift's page."
    ),
    "twice": lazy_gettext("The same transaction stands further up in this file."),
    "here": lazy_gettext("This gift is here already."),
    "went_back": lazy_gettext("A part of this gift went back to its donor, so it stays."),
}


def reason(rule: str) -> str:
    """The rule as a sentence; empty for none."""
    found = RULES.get(rule) or LEFT_OUT.get(rule)
    return str(found) if found else ""


def sentence(column: str, rule: str) -> str:
    """The column and the rule, for lists and files."""
    text = reason(rule)
    return f"{column}: {text}" if column and text else text
