"""Guessing is slowed down by whom it comes from, never by whose account it is aimed at alone.

Wrong tries from elsewhere must not keep a person out: a browser in which the account's owner has signed in
before counts for itself. For all others a pair of account and network address has few tries, an address
has some more, and an account as a whole has many, which only ever slows strangers down.
"""

from flask import request, session

from core.web.limits import caller, digest, spend
from staff.sessions import device, keeping

#: (page, rule, what is counted).
LIMITS = (
    ("login", "10 per minute", "caller"),
    ("login", "100 per hour", "caller"),
    ("login", "20 per hour", "pair"),
    ("login", "200 per hour", "account"),
    ("forgot_password", "10 per hour", "caller"),
    ("forgot_password", "3 per hour", "pair"),
    ("forgot_password", "10 per hour", "account"),
    ("reset_password", "20 per hour", "caller"),
    ("change_password", "10 per hour", "caller"),
    ("two_factor_setup", "20 per hour", "caller"),
    ("two_factor_setup_validate", "20 per hour", "caller"),
    ("two_factor_token_validation", "10 per minute", "caller"),
    ("two_factor_token_validation", "30 per hour", "second step"),
    ("two_factor_rescue", "10 per hour", "caller"),
    ("tf_select", "30 per minute", "caller"),
    ("mf_recovery", "10 per hour", "caller"),
    ("mf_recovery", "10 per hour", "second step"),
    ("mf_recovery_codes", "20 per hour", "caller"),
    ("verify", "10 per minute", "caller"),
    ("wan_register", "30 per hour", "caller"),
    ("wan_register_response", "30 per hour", "caller"),
    ("wan_delete", "30 per hour", "caller"),
    ("wan_signin", "30 per minute", "caller"),
    ("wan_signin_response", "30 per minute", "caller"),
    ("wan_verify", "30 per minute", "caller"),
    ("wan_verify_response", "30 per minute", "caller"),
)


def spend_try(page: str) -> None:
    """Count a try of this sign-in page. Raises TooMany once one of its rules is used up."""
    rules = [(rule, by) for name, rule, by in LIMITS if name == page]
    if not rules:
        return
    email = request.form.get("email", "").strip().casefold()
    known = _known_device(email)
    for rule, by in rules:
        whose = _whose(by, email, known)
        if whose:
            spend(rule, f"{page} by {by}", whose)


def _known_device(email: str) -> str | None:
    """The digest of the request's device where the owner of the address has signed in on it before."""
    here = device.digest()
    return here if here and email and keeping.knows_device(email, here) else None


def _whose(by: str, email: str, known: str | None) -> str | None:
    """The digest that is counted; None where the rule does not concern this caller."""
    match by:
        case "caller":
            # An office behind one address: its known devices do not pay for a stranger in it.
            return digest(f"device {known}") if known else caller()
        case "pair":
            return digest(f"{email} {known or caller()}")
        case "account":
            return None if known else digest(email)
        case _:  # who has given the right password and is asked for more
            return digest(str(session.get("tf_user_id", "")))
