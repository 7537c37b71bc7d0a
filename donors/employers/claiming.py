"""Asking an employer to match a gift, and what becomes of that: by the donor, by staff, and by time."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from donors import reading
from donors.employers import letters
from donors.employers.employer_match import (
    ASKED,
    EXPIRED,
    LONGEST_EMPLOYER,
    OPEN,
    PAID,
    REFUSED,
    SUBMITTED,
    EmployerMatch,
    lock_match,
)
from donors.gifts.gift import RECEIVED, Gift
from donors.people.donor import Donor
from staff import audit
from staff.access import Actor

#: A claim that nobody has submitted is reminded of once, after so long.
REMIND_AFTER = timedelta(days=14)
#: Employers take claims for a year at most; one that has come to nothing by then is closed.
EXPIRES_AFTER = timedelta(days=365)
_MOST = 500


def ask(gift: Gift, *, employer: str = "", by: str = "donor") -> EmployerMatch:
    """Begin a claim for a gift that was received; a mail tells the donor how to submit it. `employer` defaults to
    the one that was named with the gift. Raises Invalid on employer, Conflict `not_received` and `asked`."""
    locked = db.session.get_one(Gift, gift.id, with_for_update=True, populate_existing=True)
    name = " ".join((employer or locked.employer).split())
    if not 1 <= len(name) <= LONGEST_EMPLOYER:
        raise Invalid({"employer": [_("Write the employer's name, in up to 120 characters.")]})
    if locked.state not in RECEIVED:
        raise Conflict("not_received", _("An employer matches a gift that has arrived. This one has not."))
    if of_gift(locked.id) is not None:
        raise Conflict("asked", _("There is a claim for this gift already."))
    claim = EmployerMatch(
        gift_id=locked.id,
        organisation_id=locked.organisation_id,
        employer=name,
        state=ASKED,
        asked_by=by,
        asked_at=clock.now(),
    )
    db.session.add(claim)
    db.session.flush()
    letters.how_to_submit(claim, locked)
    return claim


def ask_for_donor(actor: Actor, gift_id: str, *, employer: str = "") -> EmployerMatch:
    """The same by staff, for a donor who told them. Raises NotFound, what `ask` does."""
    actor.require("funds.edit")
    claim = ask(reading.get_gift(actor, gift_id), employer=employer, by="staff")
    audit.record(actor, "employer_match.asked", claim.gift_id, after={"claim": claim.id})
    return claim


def note_submitted(claim_id: str) -> EmployerMatch:
    """The donor says that it is submitted; said again it stays so. Raises NotFound, Conflict."""
    query = select(EmployerMatch).where(EmployerMatch.id == claim_id).with_for_update()
    claim = db.session.scalar(query.execution_options(populate_existing=True))
    if claim is None:
        raise NotFound
    if claim.state != SUBMITTED:
        if claim.state != ASKED:
            raise Conflict("illegal_transition", _("This claim is closed. Write to the organisation."))
        claim.move_to(SUBMITTED)
    return claim


def mark_submitted(actor: Actor, claim_id: str) -> EmployerMatch:
    """Raises NotFound, Conflict `illegal_transition`."""
    return _mark(actor, claim_id, SUBMITTED)


def mark_refused(actor: Actor, claim_id: str) -> EmployerMatch:
    """The employer does not pay. Raises NotFound, Conflict `illegal_transition`."""
    return _mark(actor, claim_id, REFUSED)


def _mark(actor: Actor, claim_id: str, state: str) -> EmployerMatch:
    actor.require("funds.edit")
    claim = lock_match(actor, claim_id)
    before = claim.state
    if before == PAID:
        # From paid on a claim goes by taking the payment back alone: money moves with it.
        raise Conflict("illegal_transition", _("This claim is paid. Take the payment back first."))
    claim.move_to(state)
    db.session.flush()
    audit.record(
        actor, f"employer_match.{state}", claim.gift_id, before={"state": before}, after={"state": state}
    )
    return claim


def of_gift(gift_id: str) -> EmployerMatch | None:
    return db.session.scalar(select(EmployerMatch).where(EmployerMatch.gift_id == gift_id))


def list_to_remind() -> list[str]:
    """Claims that wait for their donor, and of which nobody has been reminded."""
    query = select(EmployerMatch.id).where(
        EmployerMatch.state == ASKED,
        EmployerMatch.reminded_at.is_(None),
        EmployerMatch.asked_at <= clock.now() - REMIND_AFTER,
    )
    return list(db.session.scalars(query.order_by(EmployerMatch.asked_at).limit(_MOST)))


def remind(claim_id: str) -> None:
    """The one reminder, unless the gift went back or its donor is erased meanwhile."""
    claim = db.session.get_one(EmployerMatch, claim_id, with_for_update=True, populate_existing=True)
    if claim.state != ASKED or claim.reminded_at is not None:
        return
    gift = db.session.get_one(Gift, claim.gift_id)
    claim.reminded_at = clock.now()
    if gift.state in RECEIVED and db.session.get_one(Donor, gift.donor_id).erased_at is None:
        letters.reminder(claim, gift)


def list_over() -> list[str]:
    """Open claims that are older than employers accept, or whose gift is with us no more."""
    query = (
        select(EmployerMatch.id)
        .join(Gift, Gift.id == EmployerMatch.gift_id)
        .where(
            EmployerMatch.state.in_(OPEN),
            (EmployerMatch.asked_at <= clock.now() - EXPIRES_AFTER) | Gift.state.not_in(RECEIVED),
        )
    )
    return list(db.session.scalars(query.limit(_MOST)))


def expire(claim_id: str) -> None:
    claim = db.session.get_one(EmployerMatch, claim_id, with_for_update=True, populate_existing=True)
    if claim.state in OPEN:
        claim.move_to(EXPIRED)
