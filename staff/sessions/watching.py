"""Follows what Flask-Security does: a sign-in becomes a row, a row that has ended signs out.

A cookie without a live row opens nothing. So a copied cookie ends with its session, and the cookie that
Flask-Login would keep for "remember me" is not used: the row says how long a session lasts.
"""

from typing import Any

from flask import Flask, g, request, session
from flask_babel import gettext as _
from flask_login import current_user, user_logged_out
from flask_security.signals import (
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    wan_deleted,
    wan_registered,
)

from core import clock
from core.db import db, transaction
from staff.account import User
from staff.sessions import device, keeping
from staff.sessions.keeping import Arrival
from staff.sessions.signed_in import SignedIn

_KEY = "sid"


def init_app(app: Flask) -> None:
    """Comes after Flask-Security, whose loader of accounts it stands before."""
    manager: Any = app.login_manager  # pyright: ignore[reportAttributeAccessIssue]
    inner = manager._user_callback
    manager.user_loader(lambda uniquifier: _load(inner, uniquifier))
    for signal, listen in (
        (user_authenticated, _arrived),
        (user_logged_out, _left),
        (password_changed, _password_changed),
        (password_reset, _password_reset),
        (tf_profile_changed, _second_step_added),
        (tf_disabled, _second_step_removed),
        (wan_registered, _passkey_added),
        (wan_deleted, _passkey_removed),
    ):
        signal.connect(listen, app)
    app.before_request(_note_use)


def present() -> SignedIn | None:
    """The session of the request at hand, once somebody was found to be signed in."""
    return g.get("signed_in") if current_user and current_user.is_authenticated else None


def open_noted() -> None:
    """Write the session of a sign-in that this request has made, within a transaction."""
    arrival: Arrival | None = g.pop("arrival", None)
    if arrival is None:
        return
    earlier = session.get(_KEY)
    if earlier and keeping.find_live(earlier, arrival.account_id):
        keeping.end(arrival.account_id, earlier)
    row = keeping.begin(arrival, device_digest=device.remember(), device_words=device.words())
    session[_KEY] = row.id
    session.permanent = arrival.stays
    g.signed_in = row


def open_noted_alone() -> None:
    """The same in a transaction of its own, for pages that sign in outside one."""
    if "arrival" in g:
        db.session.rollback()
        with transaction():
            open_noted()


def _load(inner: Any, uniquifier: str) -> Any:
    account = inner(uniquifier)
    if account is None:
        return None
    if "arrival" in g:  # signed in by this very request; the row follows
        return account
    g.signed_in = keeping.find_live(session.get(_KEY), account.id)
    return account if g.signed_in is not None else None


def _arrived(_app: Flask, *, user: User, authn_via: list[str] | None = None, **_more: Any) -> None:
    if authn_via == ["change"]:  # goes on after a change of the password
        return
    stays = session.pop("_remember", None) == "set"
    # Flask-Security names no way where a second step has followed the password.
    is_strong = authn_via is None or "webauthn" in authn_via
    g.arrival = Arrival(user.id, is_strong, stays, is_first=authn_via == ["invitation"])


def _left(_app: Flask, *, user: User, **_more: Any) -> None:
    session_id = session.pop(_KEY, None)
    if session_id and keeping.find_live(session_id, user.id):
        keeping.end(user.id, session_id)


def _password_changed(_app: Flask, *, user: User, **_more: Any) -> None:
    session.pop("_remember", None)
    keeping.end_all(user.id, but=session.get(_KEY, ""), but_device=device.digest() or "")


def _password_reset(_app: Flask, *, user: User, **_more: Any) -> None:
    keeping.end_all(user.id)


def _second_step_added(_app: Flask, *, user: User, **_more: Any) -> None:
    _grow_strong(user)
    keeping.tell_of_change(user, _("One-time codes of an authenticator app were turned on."))


def _second_step_removed(_app: Flask, *, user: User, **_more: Any) -> None:
    keeping.tell_of_change(user, _("One-time codes of an authenticator app were turned off."))


def _passkey_added(_app: Flask, *, user: User, **_more: Any) -> None:
    _grow_strong(user)
    keeping.tell_of_change(user, _("A passkey was added."))


def _passkey_removed(_app: Flask, *, user: User, **_more: Any) -> None:
    keeping.tell_of_change(user, _("A passkey was removed."))


def _grow_strong(account: User) -> None:
    """Whoever has just proved a new second step need not sign in again for it."""
    row = keeping.find_live(session.get(_KEY), account.id)
    if row is not None:
        row.is_strong = True


def _note_use() -> None:
    """Once in a quarter of an hour, in a transaction of its own: reading must not wait for a writer each time."""
    if not request.path.startswith("/staff"):
        return
    row = present()
    if row is None or not keeping.is_use_to_be_noted(row):
        return
    with transaction() as opened:
        opened.get_one(SignedIn, row.id).used_at = clock.now()
