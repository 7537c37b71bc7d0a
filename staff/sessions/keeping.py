"""Begin, find, list and end sessions; know devices; tell a person of a sign-in on a new one."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from core import clock, ids
from core.db import db
from core.errors import NotFound
from core.mail import queue_mail
from staff.account import User
from staff.sessions.signed_in import KEPT, LASTS, LASTS_LONG, KnownDevice, SignedIn

_USE_NOTED_EVERY = timedelta(minutes=15)


@dataclass(frozen=True)
class Arrival:
    """A sign-in as the sign-in pages report it. `is_first`: the account was opened this moment."""

    account_id: int
    is_strong: bool
    stays: bool
    is_first: bool = False


def begin(arrival: Arrival, *, device_digest: str, device_words: str) -> SignedIn:
    """Write the session. On a device that is new to the account, a mail tells its owner."""
    is_new = _note_device(arrival.account_id, device_digest, device_words)
    row = SignedIn(
        account_id=arrival.account_id,
        device_words=device_words,
        is_strong=arrival.is_strong,
        stays=arrival.stays,
        expires_at=clock.now() + (LASTS_LONG if arrival.stays else LASTS),
    )
    db.session.add(row)
    db.session.flush()
    if is_new and not arrival.is_first:
        _tell(row)
    return row


def find_live(session_id: str | None, account_id: int) -> SignedIn | None:
    row = db.session.get(SignedIn, session_id) if session_id else None
    return row if row is not None and row.account_id == account_id and row.is_live else None


def is_use_to_be_noted(row: SignedIn) -> bool:
    return clock.now() - row.used_at >= _USE_NOTED_EVERY


def list_live(account_id: int) -> list[SignedIn]:
    """The account's live sessions, the one used last first."""
    query = select(SignedIn).where(
        SignedIn.account_id == account_id, SignedIn.ended_at.is_(None), SignedIn.expires_at > clock.now()
    )
    rows = db.session.scalars(query.order_by(SignedIn.used_at.desc(), SignedIn.id))
    return [row for row in rows if row.is_live]


def end(account_id: int, session_id: str) -> SignedIn:
    """End one session of the account. Raises NotFound for anybody else's."""
    row = db.session.get(SignedIn, session_id, with_for_update=True)
    if row is None or row.account_id != account_id:
        raise NotFound
    row.ended_at = row.ended_at or clock.now()
    return row


def end_all(account_id: int, *, but: str = "", but_device: str = "") -> None:
    """End the account's sessions, and know its devices no more, but for the ones that go on."""
    live = update(SignedIn).where(SignedIn.account_id == account_id, SignedIn.ended_at.is_(None))
    db.session.execute(live.where(SignedIn.id != but).values(ended_at=clock.now()))
    known = delete(KnownDevice).where(KnownDevice.account_id == account_id)
    db.session.execute(known.where(KnownDevice.digest != but_device))


def knows_device(email: str, digest: str) -> bool:
    """Whether somebody has signed in with this address on this device before."""
    query = select(KnownDevice.id).join(User, User.id == KnownDevice.account_id)
    return (
        db.session.scalar(query.where(func.lower(User.email) == email, KnownDevice.digest == digest))
        is not None
    )


def forget_old() -> int:
    """Delete the rows of sessions that ended or ran out long ago. Returns how many."""
    before = clock.now() - KEPT
    # Their number is small: a person's sign-ins of a month.
    gone = delete(SignedIn).where((SignedIn.ended_at < before) | (SignedIn.expires_at < before))
    return db.session.execute(gone.execution_options(preserve_rowcount=True)).rowcount  # pyright: ignore[reportAttributeAccessIssue]


def _note_device(account_id: int, digest: str, words: str) -> bool:
    """Says whether the device is new to the account."""
    query = select(KnownDevice).where(KnownDevice.account_id == account_id, KnownDevice.digest == digest)
    known = db.session.scalar(query)
    if known is not None:
        known.last_seen_on = clock.today()
        return False
    today = clock.today()
    db.session.add(
        KnownDevice(
            account_id=account_id, digest=digest, words=words, first_seen_on=today, last_seen_on=today
        )
    )
    return True


def _tell(row: SignedIn) -> None:
    queue_mail(
        key=f"signed-in:{row.id}",
        to=db.session.get_one(User, row.account_id).email,
        subject=_("A sign-in on a new device"),
        text=render_template(
            "staff/mail/new_device.txt",
            device=row.device_words,
            at=row.began_at,
            base_url=current_app.config["BASE_URL"],
        ),
    )


def tell_of_change(account: User, what: str) -> None:
    """Mail that the way the account is signed in to has changed; `what` is a sentence."""
    queue_mail(
        key=f"sign-in-changed:{ids.new_id('mail')}",
        to=account.email,
        subject=_("How you sign in has changed"),
        text=render_template(
            "staff/mail/sign_in_changed.txt", what=what, base_url=current_app.config["BASE_URL"]
        ),
    )
