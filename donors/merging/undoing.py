"""Use case: take a merge apart again, as far as nothing else happened since; and saying what stays."""

from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from donors import reading
from donors.gifts.gift import Gift
from donors.merging import merge as rows
from donors.merging import merging, moving, words_of_consent
from donors.merging.merge import DonorMerge, MergeMove
from donors.people.consent import Consent
from donors.people.donor import Donor
from donors.people.given_as import GivenAs
from donors.recurring.recurring_gift import RecurringGift
from staff import audit
from staff.access import Actor


@dataclass
class Undoing:
    """What goes back to the absorbed donor, and what does not, in counts and sentences."""

    gifts: list[str] = field(default_factory=list)
    promises: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    #: Of the gifts, those that came after the merge: later instalments, and gifts from the absorbed address.
    gifts_since: int = 0
    #: Sentences: what stays as it is.
    stays: list[str] = field(default_factory=list)


def get_merge(actor: Actor, merge_id: str) -> DonorMerge:
    """Raises NotFound."""
    return reading.get(merging.merges_of(actor), DonorMerge, merge_id)


def foresee(merged: DonorMerge) -> Undoing:
    """What undoing a merge would do now."""
    gifts, promises = _moved(merged, rows.GIFT), _moved(merged, rows.RECURRING_GIFT)
    here = db.session.execute(
        select(Gift.id, Gift.recurring_gift_id).where(Gift.donor_id == merged.kept_id)
    ).all()
    promises_here = _held(promises, merged.kept_id)
    from_address = set(
        db.session.scalars(select(GivenAs.gift_id).where(GivenAs.donor_id.in_(_addresses(merged))))
    )
    promises_since = {
        promise for gift, promise in here if gift in from_address and promise and promise not in promises_here
    }
    going = promises_here | promises_since
    back = [gift for gift, promise in here if gift in gifts or gift in from_address or promise in going]
    return Undoing(
        gifts=sorted(back),
        promises=sorted(going),
        addresses=sorted(_moved(merged, rows.ADDRESS)),
        gifts_since=len(set(back) - gifts),
        stays=_stays(merged),
    )


def _addresses(merged: DonorMerge) -> set[str]:
    return {merged.absorbed_id, *_moved(merged, rows.ADDRESS)}


def _moved(merged: DonorMerge, kind: str) -> set[str]:
    query = select(MergeMove.subject_id).where(MergeMove.merge_id == merged.id, MergeMove.kind == kind)
    return set(db.session.scalars(query))


def _held(promises: set[str], donor_id: str) -> set[str]:
    """Those of the recurring gifts that are the donor's still."""
    query = select(RecurringGift.id).where(RecurringGift.id.in_(promises), RecurringGift.donor_id == donor_id)
    return set(db.session.scalars(query))


def _stays(merged: DonorMerge) -> list[str]:
    told = [
        _("Receipts and mails that went out since stay where they were sent."),
        _("Figures that were frozen at the close of a drive stay frozen."),
    ]
    since = select(Consent.id).where(Consent.donor_id == merged.kept_id, Consent.at > merged.merged_at)
    if db.session.scalar(since.where(Consent.source != words_of_consent.MERGED).limit(1)):
        told.append(
            _("What they agreed to since stays with the kept donor; what they took back holds for both.")
        )
    named = select(Gift.id).where(Gift.donor_id == merged.kept_id, Gift.paid_at > merged.merged_at)
    if db.session.scalar(named.limit(1)):
        told.append(_("The kept donor keeps the name that was given with the latest gift."))
    return told


def check_undoable(merged: DonorMerge) -> None:
    """Raises Conflict `undone_already`, `merged_on` or `erased`."""
    if merged.undone_at is not None:
        raise Conflict("undone_already", _("This merge is undone already."))
    kept = db.session.get_one(Donor, merged.kept_id)
    absorbed = db.session.get_one(Donor, merged.absorbed_id)
    if kept.erased_at is not None or absorbed.erased_at is not None:
        raise Conflict("erased", _("The donor was erased since. There is nobody to give anything back to."))
    if absorbed.merged_into_id != kept.id:
        raise Conflict(
            "merged_on", _("The kept donor was merged into another one since. Undo that merge first.")
        )


def undo(actor: Actor, merge_id: str, *, reason: str) -> DonorMerge:
    """Make two donors of one again. Raises NotFound, Forbidden, Invalid on reason, Conflict."""
    actor.require("gifts.refund")
    merged = get_merge(actor, merge_id)
    if len(reason.strip()) < merging.SHORTEST_REASON:
        raise Invalid({"reason": [_("Say why. It is kept in the audit trail.")]})
    check_undoable(merged)
    kept, absorbed = moving.lock_people(actor.organisation_id, merged.kept_id, merged.absorbed_id)
    db.session.refresh(merged)
    check_undoable(merged)
    plan = foresee(merged)
    moving.move_giving(kept, absorbed, gifts=plan.gifts, promises=plan.promises)
    absorbed.merged_into_id = None
    merging.repoint(plan.addresses, absorbed.id)
    added = _moved(merged, rows.CONSENT)
    words_of_consent.part(added, kept.id, absorbed.id, since=merged.merged_at)
    _forget_typed_address(merged)
    merged.undone_at, merged.undone_by = clock.now(), actor.label
    db.session.flush()
    told = {"gifts": len(plan.gifts), "recurring_gifts": len(plan.promises)}
    audit.record(
        actor, "donor.merge_undone", kept.id, before={"absorbed": absorbed.id}, after=told, reason=reason
    )
    return merged


def _forget_typed_address(merged: DonorMerge) -> None:
    """Gifts of the absorbed donor from their own address are simply theirs again."""
    db.session.execute(delete(GivenAs).where(GivenAs.donor_id == merged.absorbed_id))
