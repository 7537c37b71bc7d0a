"""What a bank's refusal of a debit means, in plain words."""

from typing import Any

from flask_babel import lazy_gettext

#: By Stripe's word. Source: https://docs.stripe.com/payments/ach-direct-debit, its failure codes; those of SEPA and
#: Bacs are among them.
_WORDS: dict[str, Any] = {
    "insufficient_funds": lazy_gettext("there was not enough money in the account"),
    "account_closed": lazy_gettext("the account is closed"),
    "no_account": lazy_gettext("there is no such account"),
    "invalid_account_number": lazy_gettext("there is no such account"),
    "bank_account_restricted": lazy_gettext("the account takes no debits"),
    "debit_not_authorized": lazy_gettext("the account's holder told the bank not to allow it"),
    "bank_ownership_changed": lazy_gettext("the account has moved to another bank"),
    "payment_stopped": lazy_gettext("the account's holder told the bank to stop it"),
}


def words(refusal: str) -> str:
    """Half a sentence, such as `the account is closed`."""
    return str(_WORDS.get(refusal, lazy_gettext("it gave no reason that we can tell")))
