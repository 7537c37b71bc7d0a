"""What is kept about a donor, as they may see it and take it along."""

from typing import Any

from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import NotFound
from donors.employers.employer_match import EmployerMatch
from donors.gifts.gift import Gift
from donors.people.consent import Consent
from donors.people.donor import Donor, other_addresses
from donors.pledges.pledge import Pledge
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift
from staff.organisation import Organisation


def standing_consents(donor_ids: list[str]) -> list[tuple[Organisation, Consent]]:
    """The newest word of each purpose, where it is a yes."""
    query = (
        select(Organisation, Consent)
        .join(Consent, Consent.organisation_id == Organisation.id)
        .where(Consent.donor_id.in_(donor_ids))
        .order_by(Consent.at, Consent.id)
    )
    newest = {
        (organisation.id, consent.donor_id, consent.purpose): (organisation, consent)
        for organisation, consent in db.session.execute(query)
    }
    return [(organisation, consent) for organisation, consent in newest.values() if consent.is_given]


def withdraw(donor_ids: list[str], organisation_slug: str) -> None:
    """Take back what was agreed to with an organisation. Raises NotFound where nothing was."""
    found = [pair for pair in standing_consents(donor_ids) if pair[0].slug == organisation_slug]
    if not found:
        raise NotFound
    for organisation, consent in found:
        db.session.add(
            Consent(
                donor_id=consent.donor_id,
                organisation_id=organisation.id,
                purpose=consent.purpose,
                is_given=False,
                wording=consent.wording,
                source="my gifts",
                at=clock.now(),
            )
        )


def everything_about(donors: list[Donor]) -> dict[str, Any]:
    ids = [donor.id for donor in donors]
    return {
        "as_of": clock.now().isoformat(),
        "people": [_columns(each) for donor in donors for each in (donor, *other_addresses(donor.id))],
        "gifts": [_columns(each) for each in _rows(Gift, ids)],
        "recurring_gifts": [_columns(each) for each in _rows(RecurringGift, ids)],
        "pledges": [_columns(each) for each in _rows(Pledge, ids)],
        "receipts": [
            _columns(each)
            for each in db.session.scalars(
                select(Receipt).join(Gift, Gift.id == Receipt.gift_id).where(Gift.donor_id.in_(ids))
            )
        ],
        "employer_matches": [
            _columns(each)
            for each in db.session.scalars(
                select(EmployerMatch)
                .join(Gift, Gift.id == EmployerMatch.gift_id)
                .where(Gift.donor_id.in_(ids))
                .order_by(EmployerMatch.id)
            )
        ],
        "consents": [_columns(each) for each in _rows(Consent, ids)],
    }


def _rows(model: Any, donor_ids: list[str]) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.donor_id.in_(donor_ids)).order_by(model.id)))


#: Stripe's names of things, which say nothing to a donor and open nothing.
_LEFT_OUT = {
    "note",
    "checkout_url",
    "checkout_session_id",
    "payment_intent_id",
    "invoice_id",
    "subscription_id",
}


def _columns(row: Any) -> dict[str, Any]:
    shown = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in shown.items()
        if name not in _LEFT_OUT
    }
