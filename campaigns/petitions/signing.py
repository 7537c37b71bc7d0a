"""Signing a petition, confirming by mail, taking a signature back, and keeping the public list fit to be read."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns.campaign import Campaign
from campaigns.disclosure import Standing, screen_for_drive, stands
from campaigns.drives.drive import Drive
from campaigns.drives.goal import SIGNATURES, Goal
from campaigns.petitions.signature import (
    CONFIRMED,
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_TOWN,
    TAKEN_BACK,
    UNCONFIRMED,
    Signature,
    lock_signature,
    public_signatures,
)
from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.mail import queue_mail
from core.web import signed_links
from staff import audit
from staff.access import Actor

_PURPOSE = "petition-signature"
#: How many names of a list are looked through for words that name the client.
LATEST = 500


@dataclass(frozen=True, kw_only=True)
class SignatureTerms:
    """What a person signs with."""

    name: str
    email: str
    town: str = ""
    is_public: bool = False


def petition_drive(slug: str) -> Drive:
    """The public drive that asks for signatures. Raises NotFound."""
    query = (
        select(Drive)
        .join(Campaign, Campaign.id == Drive.campaign_id)
        .join(Goal, (Goal.drive_id == Drive.id) & (Goal.metric == SIGNATURES))
        .where(Drive.slug == slug, Drive.is_shown(), Campaign.is_shown())
    )
    drive = db.session.scalar(query)
    if drive is None:
        raise NotFound
    return drive


def sign(drive: Drive, terms: SignatureTerms) -> Signature:
    """Write a signature down; a mail asks whether the address is right. Who has signed already hears the same.

    Raises Conflict `closed`, Invalid on name, town and email.
    """
    _refuse_closed(drive)
    wrong: dict[str, list[str]] = {}
    for field, longest in (("name", LONGEST_NAME), ("town", LONGEST_TOWN), ("email", LONGEST_EMAIL)):
        if len(getattr(terms, field)) > longest:
            wrong[field] = [_("Write %(number)s characters at most.", number=longest)]
    if not terms.name.strip():
        wrong["name"] = [_("Write your name.")]
    if wrong:
        raise Invalid(wrong)
    screen_for_drive(drive.id, {"name": terms.name, "town": terms.town})
    signature = Signature(
        drive_id=drive.id,
        name=terms.name.strip(),
        email=terms.email.strip().lower(),
        town=terms.town.strip(),
        is_public=terms.is_public,
    )
    db.session.add(signature)
    db.session.flush()
    _ask(drive, signature)
    return signature


def _ask(drive: Drive, signature: Signature) -> None:
    address = f"{current_app.config['BASE_URL']}/signatures/{signed_links.sign(signature.id, _PURPOSE)}"
    queue_mail(
        key=f"signature:{signature.id}",
        to=signature.email,
        subject=_("Confirm your signature"),
        text="\n\n".join(
            (
                _("You signed “%(drive)s”. It counts once you confirm it here:", drive=drive.title),
                address,
                _("The same page takes a signature back. If it was not you, do nothing."),
            )
        ),
    )


def find_signature(token: str) -> Signature:
    """The signature of a mail's link, locked. Raises NotFound for a link that we did not sign."""
    signature_id = signed_links.read(token, _PURPOSE)
    query = select(Signature).where(Signature.id == signature_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def confirm_signature(token: str) -> Signature:
    """The address is right: it counts. A second click changes nothing, nor does a second signature of one address.

    Raises Conflict `closed` after the deadline, `illegal_transition` for one that was taken back.
    """
    signature = find_signature(token)
    if signature.state == CONFIRMED or _has_signed(signature):
        return signature
    _refuse_closed(db.session.get_one(Drive, signature.drive_id))
    signature.move_to(CONFIRMED)
    signature.confirmed_at = clock.now()
    db.session.flush()
    return signature


def take_back_signature(token: str) -> Signature:
    """It counts no more, and its words are gone. A second click changes nothing."""
    signature = find_signature(token)
    if signature.state != TAKEN_BACK:
        signature.move_to(TAKEN_BACK)
        signature.name = signature.email = signature.town = ""
        signature.is_public = False
        db.session.flush()
    return signature


def show_signature(actor: Actor, signature_id: str, *, shown: bool) -> Signature:
    """Take a name off the public list, or put it back; it counts either way. Raises NotFound, Forbidden."""
    actor.require("campaigns.edit")
    signature = lock_signature(actor, signature_id)
    if (signature.hidden_at is None) != shown:
        signature.hidden_at = None if shown else clock.now()
        db.session.flush()
        audit.record(actor, "signature.shown" if shown else "signature.hidden", signature.id)
    return signature


@stands
def signatures_before_the_public(campaigns: Select[str]) -> Iterator[Standing]:
    """The latest names and towns of public lists, far more than a page shows."""
    for drive_id in db.session.scalars(select(Drive.id).where(Drive.campaign_id.in_(campaigns))):
        for each in db.session.scalars(public_signatures(drive_id).limit(LATEST)):
            yield "signature", each.id, f"{each.name}\n{each.town}"


def _refuse_closed(drive: Drive) -> None:
    if not drive.is_open(clock.now()):
        raise Conflict("closed", _("This petition is not open."))


def _has_signed(signature: Signature) -> bool:
    # The drive's row is the lock: two mails of one person are confirmed one after the other.
    db.session.execute(select(Drive.id).where(Drive.id == signature.drive_id).with_for_update())
    same = select(Signature.id).where(
        Signature.drive_id == signature.drive_id,
        Signature.email == signature.email,
        Signature.state == CONFIRMED,
    )
    return signature.state == UNCONFIRMED and db.session.scalar(same) is not None
