"""How sure we are that it is the person: a second step for roles that can do harm, and a fresh sign-in before
what cannot be taken back: sealed reads, money going out, exports, power given away.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core import clock
from core.web.limits import digest, spend
from staff.sessions import watching

#: Roles that see what must not leave, or move money.
STRONG_ROLES = frozenset({"owner", "finance", "legal"})
FRESH_FOR = timedelta(minutes=30)
#: Verbs with these permissions ask for a fresh sign-in, whatever package they belong to.
FRESH_PERMISSIONS = frozenset(
    {
        *("clients.identity", "gifts.refund", "costs.pay", "people.manage", "tokens.manage"),
        "organisation.edit",
    }
)
#: Addresses that end so hand over whole lists.
EXPORTS = (".csv", ".jsonl", ".zip", ".beancount", ".ledes", ".txt")
_LOOKING = {"GET", "HEAD", "OPTIONS"}


def is_required(role: str) -> bool:
    """Whether somebody of this role must have a second step here."""
    return bool(current_app.config["SECOND_STEP_REQUIRED"]) and role in STRONG_ROLES


def has_second_step(account: Any) -> bool:
    return bool(account.tf_primary_method and account.tf_totp_secret) or bool(account.webauthn)


def is_strong() -> bool:
    row = watching.present()
    return row is not None and row.is_strong


def lacks_own_second_step() -> bool:
    """Whether the signed-in account has a second step that this sign-in went without."""
    return current_user.is_authenticated and has_second_step(current_user) and not is_strong()


def is_fresh() -> bool:
    return abs(clock.now().timestamp() - session.get("fs_paa", 0)) < FRESH_FOR.total_seconds()


def needs_fresh(permission: str | None) -> bool:
    """Whether the request at hand, guarded by `permission`, asks for a fresh sign-in."""
    return is_export() if request.method in _LOOKING else permission in FRESH_PERMISSIONS


def is_export() -> bool:
    return request.path.endswith(EXPORTS)


def spend_export(whose: str) -> None:
    """Whole lists and documents are costly, and nobody needs many of them. Raises TooMany."""
    if is_export() or request.path.endswith(".pdf"):
        spend("60 per hour", "export", digest(whose))


def turn_aside(role: str, *, fresh: bool) -> Any:
    """Where a signed-in person has to go first, as a redirect; None when nothing is missing."""
    if is_required(role) and not is_strong():
        return redirect(url_for("staff.second_step"), 303)
    if fresh and not is_fresh():
        if request.method not in _LOOKING:
            flash(_("Confirm that it is you, then send the form again. Nothing was done."))
        return redirect(url_for("security.verify", next=_back()), 303)
    return None


def _back() -> str:
    """The page to come back to: the one asked for, or the one whose form was sent."""
    if request.method in _LOOKING:
        return request.full_path if request.query_string else request.path
    before = urlsplit(request.referrer or "")
    is_ours = before.netloc == request.host and before.path.startswith("/staff")
    return before.path if is_ours else "/staff/"
