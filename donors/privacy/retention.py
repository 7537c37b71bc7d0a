"""What goes by itself, and when: one table, a count of what is due, and the sweep that does it.

Receipts and the ledger are kept for the legal period; everything about a person that no law asks for goes sooner.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from campaigns.petitions.signature import CONFIRMED, Signature
from core import clock
from core.db import Model, db
from core.mail import OutgoingMail
from donors.gifts.gift import EXPIRED, FAILED, Gift
from donors.importing.gift_import import WORKING, GiftImport
from donors.importing.pieces import drop_pieces
from donors.payments.stripe_event import StripeEvent
from donors.people.donor import Donor
from donors.people.sign_in_link import SignInLink
from donors.pledges.pledge import OWED, Pledge
from donors.privacy import erasing
from donors.privacy.address_reading import AddressReading
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift
from donors.supporters.supporter_page import DRAFT, SupporterPage

BATCH = 500


@dataclass(frozen=True)
class Rule:
    """Rows of `model` that are `due(before)` are kept for `days`, then `apply` takes care of these ids."""

    name: str
    what: Any
    days: int
    model: type[Any]
    due: Callable[[datetime], ColumnElement[bool]]
    apply: Callable[[list[Any]], None]

    def query(self) -> Any:
        return select(self.model.id).where(self.due(clock.now() - timedelta(days=self.days)))

    def count(self) -> int:
        return db.session.scalar(select(func.count()).select_from(self.query().subquery())) or 0


def _gave_nothing(before: datetime) -> ColumnElement[bool]:
    paid = select(Gift.id).where(Gift.donor_id == Donor.id, Gift.paid_at.is_not(None)).exists()
    open_page = select(Gift.id).where(Gift.donor_id == Donor.id, Gift.started_at >= before).exists()
    promised = select(RecurringGift.id).where(
        RecurringGift.donor_id == Donor.id, RecurringGift.first_paid_at.is_not(None)
    )
    pledged = select(Pledge.id).where(Pledge.donor_id == Donor.id, Pledge.state.in_(OWED))
    return and_(
        *(Donor.first_seen_at < before, Donor.erased_at.is_(None), Donor.merged_into_id.is_(None)),
        *(~paid, ~open_page, ~promised.exists(), ~pledged.exists()),
    )


def _personal(before: datetime) -> ColumnElement[bool]:
    said = or_(*(getattr(Gift, name) != "" for name in erasing.PERSONAL))
    return and_(Gift.started_at < before, Gift.state.in_((FAILED, EXPIRED)), said)


def _forget(model: type[Model], **values: Any) -> Callable[[list[Any]], None]:
    def forget(ids: list[Any]) -> None:
        key: Any = model.__mapper__.primary_key[0]
        statement = update(model).where(key.in_(ids)).values(values)
        db.session.execute(statement.execution_options(synchronize_session=False))

    return forget


def _drop(model: type[Model]) -> Callable[[list[Any]], None]:
    def drop(ids: list[Any]) -> None:
        key: Any = model.__mapper__.primary_key[0]
        statement = delete(model).where(key.in_(ids))
        db.session.execute(statement.execution_options(synchronize_session=False))

    return drop


def _scrub_donors(ids: list[Any]) -> None:
    for donor_id in ids:
        erasing.scrub(db.session.get_one(Donor, donor_id))


def _drop_files(ids: list[Any]) -> None:
    for import_id in ids:
        drop_pieces(db.session.get_one(GiftImport, import_id))


RULES = (
    Rule(
        "links",
        lazy_gettext("Sign-in links, deleted"),
        30,
        SignInLink,
        lambda before: SignInLink.asked_at < before,
        _drop(SignInLink),
    ),
    Rule(
        "signatures",
        lazy_gettext("Signatures that were never confirmed or were taken back, deleted"),
        30,
        Signature,
        lambda before: and_(Signature.signed_at < before, Signature.state != CONFIRMED),
        _drop(Signature),
    ),
    Rule(
        "pages",
        lazy_gettext("Supporters' pages whose address was never confirmed, deleted"),
        30,
        SupporterPage,
        lambda before: and_(SupporterPage.begun_at < before, SupporterPage.state == DRAFT),
        _drop(SupporterPage),
    ),
    Rule(
        "import_files",
        lazy_gettext("Files of imported gifts, deleted"),
        30,
        GiftImport,
        lambda before: and_(
            GiftImport.worked_at < before,
            GiftImport.file_dropped_at.is_(None),
            GiftImport.state.not_in(WORKING),
        ),
        _drop_files,
    ),
    Rule(
        "events",
        lazy_gettext("What Stripe told of payments, emptied"),
        erasing.EVENT_WORDS_DAYS,
        StripeEvent,
        lambda before: and_(StripeEvent.done_at < before, StripeEvent.body != ""),
        _forget(StripeEvent, body=""),
    ),
    Rule(
        "unpaid",
        lazy_gettext("Words of gifts that were never paid, emptied"),
        90,
        Gift,
        _personal,
        lambda ids: erasing.scrub_gifts(Gift.id.in_(ids)),
    ),
    Rule(
        "mails",
        lazy_gettext("Mails that were sent or refused, emptied"),
        180,
        OutgoingMail,
        lambda before: and_(
            OutgoingMail.queued_at < before, OutgoingMail.next_attempt_at.is_(None), OutgoingMail.to != ""
        ),
        _forget(OutgoingMail, to="", subject="", text="", html=None),
    ),
    Rule(
        "visitors",
        lazy_gettext("People who never gave, erased"),
        365,
        Donor,
        _gave_nothing,
        _scrub_donors,
    ),
    Rule(
        "readings",
        lazy_gettext("Who looked into the address book, deleted"),
        730,
        AddressReading,
        lambda before: AddressReading.on_day < before.date(),
        _drop(AddressReading),
    ),
    Rule(
        "receipts",
        lazy_gettext("Names on receipts, emptied"),
        2922,
        Receipt,
        lambda before: and_(Receipt.issued_at < before, Receipt.donor_name != ""),
        _forget(Receipt, donor_name=""),
    ),
)


def due() -> list[tuple[Rule, int]]:
    """Each rule with the number of rows that are due now; nothing is changed."""
    return [(rule, rule.count()) for rule in RULES]


def apply_batch(rule: Rule) -> int:
    """Take care of some of a rule's rows, in the caller's transaction; 0 when none is left."""
    found = list(db.session.scalars(rule.query().limit(BATCH)))
    if found:
        rule.apply(found)
        db.session.flush()
    return len(found)
