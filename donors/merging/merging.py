"""Use case: merge one donor into another, who is the same person.

Gifts and recurring gifts move, consents hold together (words_of_consent.py), receipts stay as they were issued. The
absorbed donor's row remains as another address of the kept one: whoever signs in or gives from it is the kept donor.
"""

from flask_babel import gettext as _
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import aliased

from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from donors import reading
from donors.gifts.gift import Gift
from donors.merging import merge as rows
from donors.merging import moving, words_of_consent
from donors.merging.merge import DonorMerge, MergeMove, TwoPeople
from donors.people.donor import Donor
from donors.recurring.recurring_gift import RecurringGift
from staff import audit
from staff.access import Actor

SHORTEST_REASON = 3


def merge(actor: Actor, kept_id: str, *, absorbed_id: str, reason: str) -> DonorMerge:
    """Make two donors of the actor's organisation one. `reason`: why they are the same person.

    Raises NotFound, Forbidden, Invalid on absorbed_id or reason, Conflict `merged_already`, `erased`, `being_paid`.
    """
    actor.require("gifts.refund")
    kept, absorbed = reading.get_donor(actor, kept_id), find_other(actor, absorbed_id)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid({"reason": [_("Say how you know. It is kept in the audit trail.")]})
    check_pair(kept, absorbed)
    absorbed, kept = moving.lock_people(actor.organisation_id, absorbed.id, kept.id)
    check_pair(kept, absorbed)
    merged = DonorMerge(
        organisation_id=actor.organisation_id,
        kept_id=kept.id,
        absorbed_id=absorbed.id,
        merged_by=actor.label,
        reason=reason.strip(),
        merged_at=clock.now(),
    )
    db.session.add(merged)
    db.session.flush()
    moved = _move_all(merged, kept, absorbed)
    forget_two_people(kept.id, absorbed.id)
    audit.record(actor, "donor.merged", kept.id, before={"absorbed": absorbed.id}, after=moved, reason=reason)
    return merged


def find_other(actor: Actor, donor_id: str) -> Donor:
    """The donor to be merged, by id. Raises Invalid on absorbed_id."""
    found = db.session.scalar(reading.donors_of(actor).where(Donor.id == donor_id))
    if found is None:
        raise Invalid({"absorbed_id": [_("There is no such donor, or they are merged already.")]})
    return found


def check_pair(kept: Donor, absorbed: Donor) -> None:
    """Raises Invalid for one and the same donor, Conflict where one is erased or merged already."""
    if kept.id == absorbed.id:
        raise Invalid({"absorbed_id": [_("This is the same donor. Choose another one.")]})
    if kept.merged_into_id is not None or absorbed.merged_into_id is not None:
        raise Conflict("merged_already", _("One of them was merged meanwhile. Look at the list again."))
    if kept.erased_at is not None or absorbed.erased_at is not None:
        raise Conflict("erased", _("One of them is erased. What is left of them cannot be merged."))


def _move_all(merged: DonorMerge, kept: Donor, absorbed: Donor) -> dict[str, int]:
    """Move everything and note each row; how many of each kind."""
    gifts = list(db.session.scalars(select(Gift.id).where(Gift.donor_id == absorbed.id)))
    promises = list(db.session.scalars(select(RecurringGift.id).where(RecurringGift.donor_id == absorbed.id)))
    moving.move_giving(absorbed, kept, gifts=gifts, promises=promises)
    addresses = list(db.session.scalars(select(Donor.id).where(Donor.merged_into_id == absorbed.id)))
    repoint(addresses, kept.id)
    absorbed.merged_into_id = kept.id
    moved = {
        rows.GIFT: gifts,
        rows.RECURRING_GIFT: promises,
        rows.CONSENT: words_of_consent.join(kept.id, absorbed.id),
        rows.ADDRESS: addresses,
    }
    db.session.add_all(
        MergeMove(merge_id=merged.id, kind=kind, subject_id=each)
        for kind, ids in moved.items()
        for each in ids
    )
    db.session.flush()
    return {kind: len(ids) for kind, ids in moved.items() if ids}


def repoint(addresses: list[str], donor_id: str) -> None:
    """Make these rows addresses of this donor."""
    for each in db.session.scalars(select(Donor).where(Donor.id.in_(addresses))):
        each.merged_into_id = donor_id
    db.session.flush()


def say_two_people(actor: Actor, one_id: str, other_id: str) -> None:
    """Note that two donors are two people. Raises NotFound, Forbidden, Invalid."""
    actor.require("gifts.refund")
    one, other = sorted((reading.get_donor(actor, one_id).id, find_other(actor, other_id).id))
    if one == other:
        raise Invalid({"absorbed_id": [_("This is the same donor. Choose another one.")]})
    forget_two_people(one, other)
    db.session.add(TwoPeople(one_id=one, other_id=other, said_by=actor.label, said_at=clock.now()))
    audit.record(actor, "donor.two_people", one, after={"other": other})


def forget_two_people(one_id: str, other_id: str) -> None:
    one, other = sorted((one_id, other_id))
    db.session.execute(delete(TwoPeople).where(TwoPeople.one_id == one, TwoPeople.other_id == other))


def take_back_two_people(actor: Actor, one_id: str, other_id: str) -> None:
    """Suggest a pair again that somebody said to be two people. Raises NotFound, Forbidden."""
    actor.require("gifts.refund")
    one, other = sorted((one_id, other_id))
    found = db.session.scalar(
        two_people_of(actor).where(TwoPeople.one_id == one, TwoPeople.other_id == other)
    )
    if found is None:
        raise NotFound
    forget_two_people(one, other)
    audit.record(actor, "donor.two_people_taken_back", one, before={"other": other})


def two_people_of(actor: Actor) -> Select[TwoPeople]:
    """What was said of donors of the organisation who are as they were, the latest first. Raises NotFound."""
    actor.require("gifts.view")
    one, other = aliased(Donor), aliased(Donor)
    query = (
        select(TwoPeople).join(one, one.id == TwoPeople.one_id).join(other, other.id == TwoPeople.other_id)
    )
    query = query.where(one.organisation_id == actor.organisation_id)
    query = query.where(one.merged_into_id.is_(None), other.merged_into_id.is_(None))
    query = query.where(one.erased_at.is_(None), other.erased_at.is_(None))
    return query.order_by(TwoPeople.said_at.desc(), TwoPeople.one_id, TwoPeople.other_id)


def merges_of(actor: Actor) -> Select[DonorMerge]:
    """Merges of the organisation, the latest first. Raises NotFound."""
    actor.require("gifts.view")
    query = select(DonorMerge).where(DonorMerge.organisation_id == actor.organisation_id)
    return query.order_by(DonorMerge.merged_at.desc(), DonorMerge.id)


def standing_merges(actor: Actor, donor_id: str) -> Select[DonorMerge]:
    """What was merged into one donor and is not undone."""
    return merges_of(actor).where(DonorMerge.kept_id == donor_id, DonorMerge.undone_at.is_(None))
