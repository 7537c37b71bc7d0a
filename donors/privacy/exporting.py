"""Everything that is held about one donor, as JSON: for the donor who asks, and for nobody else."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, select

from core import clock
from core.db import Model, db
from donors import reading
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.merging.merge import DonorMerge
from donors.offline.offline_gift import OfflineGift
from donors.people.consent import Consent
from donors.people.donor import Donor, other_addresses
from donors.pledges.pledge import Pledge
from donors.privacy import address_reading
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from donors.supporters.supporting import pages_from
from staff import audit
from staff.access import Actor

#: Stripe's handles and addresses that open things stay here.
LEFT_OUT = {
    "checkout_url",
    "checkout_session_id",
    "payment_intent_id",
    "invoice_id",
    "subscription_id",
    "account",
}


def export_donor(actor: Actor, donor_id: str) -> dict[str, Any]:
    """All rows about one donor of the actor's organisation, in one answer. Audited. Raises NotFound."""
    donor = reading.get_donor(actor, donor_id)
    others = other_addresses(donor.id)
    gifts = _rows(Gift, Gift.donor_id == donor.id)
    promises = _rows(RecurringGift, RecurringGift.donor_id == donor.id)
    gift_ids, promise_ids = [each.id for each in gifts], [each.id for each in promises]
    audit.record(actor, "donor.exported", donor.id)
    address_reading.note(actor, address_reading.EXPORT, donor.id)
    return {
        "made_at": clock.now().isoformat(),
        "organisation": actor.organisation_name,
        "donor": _told(donor),
        "other_addresses": [_told(each) for each in others],
        "merges": [_told(each) for each in _rows(DonorMerge, DonorMerge.kept_id == donor.id)],
        "gifts": [_told(each) for each in gifts],
        "recurring_gifts": [_told(each) for each in promises],
        "receipts": [_told(each) for each in _rows(Receipt, Receipt.gift_id.in_(gift_ids))],
        "refunds": [_told(each) for each in _rows(Refund, Refund.gift_id.in_(gift_ids))],
        "cancellations": [
            _told(each) for each in _rows(Cancellation, Cancellation.recurring_gift_id.in_(promise_ids))
        ],
        "supporter_pages": [
            _told(each)
            for each in db.session.scalars(
                pages_from(
                    donor.organisation_id, [each.email for each in (donor, *others) if each.email is not None]
                )
            )
        ],
        "offline_gifts": [
            _told(each)
            for each in db.session.scalars(select(OfflineGift).where(OfflineGift.gift_id.in_(gift_ids)))
        ],
        "pledges": [
            _told(each)
            for each in _rows(Pledge, Pledge.donor_id.in_([donor.id, *(each.id for each in others)]))
        ],
        "consents": [
            _told(each)
            for each in _rows(Consent, Consent.donor_id.in_([donor.id, *(each.id for each in others)]))
        ],
    }


def _rows(model: type[Any], which: Any) -> Sequence[Any]:
    return db.session.scalars(select(model).where(which).order_by(model.id)).all()


def _told(row: Model) -> dict[str, Any]:
    columns = inspect(type(row)).column_attrs
    values = {each.key: getattr(row, each.key) for each in columns if each.key not in LEFT_OUT}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()
    }


def file_name(donor: Donor) -> str:
    return f"{donor.id}.json"
