"""Writing the next version of a recurring gift, with whatever was changed."""

from core.db import db
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.standing import collection_of
from donors.recurring.version import Version


def write_version(
    promise: RecurringGift,
    kind: str,
    *,
    asked_by: str,
    reason: str = "",
    was_minor: int | None = None,
    payment_method_id: str = "",
) -> Version:
    """The version of a locked promise as it stands now; `was_minor` is its amount before."""
    promise.version += 1
    collection = collection_of(promise)
    row = Version(
        recurring_gift_id=promise.id,
        number=promise.version,
        kind=kind,
        fee_cover_minor=promise.fee_cover_minor,
        was_minor=promise.amount_minor if was_minor is None else was_minor,
        next_due_on=promise.next_due_on,
        is_collected=collection.is_on,
        resumes_on=collection.resumes_on,
        method=promise.method,
        payment_method_id=payment_method_id,
        asked_by=asked_by,
        reason=reason,
    )
    row.amount = promise.amount
    db.session.add(row)
    db.session.flush()
    return row
