"""Letters to donors: receipts and confirmations, in the donor's language, each once by its key."""

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.funds.surplus import SurplusClause
from core import clock
from core.db import db
from core.i18n import money as money_text
from core.mail import queue_mail
from core.money import Money
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.people.donor import Donor
from donors.receipts import links
from donors.receipts.receipt import Receipt
from donors.recurring import refusals
from donors.recurring.recurring_gift import RecurringGift
from donors.words import RHYTHM_NAMES
from staff.organisation import Organisation


def receipt_for(gift: Gift) -> None:
    """Queue the mail of a gift's receipt and note so on the receipt."""
    row = db.session.scalars(select(Receipt).where(Receipt.gift_id == gift.id)).one()
    if row.mailed_at is not None:
        return
    about = {
        "receipt": row,
        "gift": gift,
        "amount": Money(row.amount_minor, row.currency),
        "fee_cover": Money(row.fee_cover_minor, row.currency),
        "promise": db.session.get(RecurringGift, gift.recurring_gift_id) if gift.recurring_gift_id else None,
        "surplus_clause": clause_read(gift),
        "pdf_url": links.receipt_url(row.id),
        "manage_url": links.manage_url(gift.recurring_gift_id) if gift.recurring_gift_id else None,
    }
    with force_locale(gift.language):
        about["match_notes"] = match_notes(row)
        subject = _(
            "Your receipt %(number)s for %(amount)s", number=row.label, amount=money_text(about["amount"])
        )
        _send(gift, f"receipt:{row.id}", subject, "receipt", about)
    row.mailed_at = clock.now()


def match_notes(receipt: Receipt) -> list[str]:
    """What sponsors added when the receipt was issued, a sentence each; in the language at hand."""
    return [
        _(
            "%(sponsor)s added %(amount)s to this gift. That is the sponsor's gift: it is no part of this receipt, and "
            "nothing of it is deductible by you.",
            sponsor=sponsor or _("A sponsor"),
            amount=money_text(amount),
        )
        for sponsor, amount in receipt.matched
    ]


def clause_read(gift: Gift) -> str:
    """What the donor read about a surplus; empty for gifts that name no version."""
    clause = db.session.get(SurplusClause, gift.surplus_clause_id) if gift.surplus_clause_id else None
    return clause.wording if clause else ""


def refund_made(gift: Gift, refund: Refund) -> None:
    with force_locale(gift.language):
        subject = _("%(amount)s of your gift went back to you", amount=money_text(refund.amount))
        _send(gift, f"refund:{refund.id}", subject, "refund", _about_refund(gift, refund))


def refund_failed(gift: Gift, refund: Refund) -> None:
    """A refund that had been announced did not reach the card."""
    with force_locale(gift.language):
        subject = _("We could not return %(amount)s to your card", amount=money_text(refund.amount))
        _send(gift, f"refund-failed:{refund.id}", subject, "refund_failed", _about_refund(gift, refund))


def receipt_void(gift: Gift, *, bounced: bool) -> None:
    """A gift was taken back after its receipt had been mailed: the receipt must not be used."""
    row = db.session.scalars(select(Receipt).where(Receipt.gift_id == gift.id)).one()
    if row.mailed_at is None:
        return
    with force_locale(gift.language):
        subject = _("Your receipt %(number)s is void", number=row.label)
        about = {"receipt": row, "amount": row.amount, "bounced": bounced}
        _send(gift, f"receipt-void:{row.id}", subject, "receipt_void", about)


def _about_refund(gift: Gift, refund: Refund) -> dict[str, object]:
    row = db.session.scalars(select(Receipt).where(Receipt.gift_id == gift.id)).one()
    return {"receipt": row, "amount": refund.amount, "left": row.amount + row.fee_cover - row.returned}


def debit_begun(gift: Gift) -> None:
    """The donor allowed a debit: what happens next, and when."""
    with force_locale(gift.language):
        subject = _("Your bank is asked for %(amount)s", amount=money_text(gift.charged))
        promise = db.session.get(RecurringGift, gift.recurring_gift_id) if gift.recurring_gift_id else None
        about = {
            "amount": gift.charged,
            "rhythm": RHYTHM_NAMES[promise.rhythm] if promise else "",
            "manage_url": links.manage_url(promise.id) if promise else "",
        }
        _send(gift, f"debit:{gift.id}", subject, "debit_begun", about)


def let_through(gift: Gift) -> None:
    """Somebody has looked at a recurring gift: its donor may go on to the payment page."""
    promise = db.session.get_one(RecurringGift, gift.recurring_gift_id)
    with force_locale(gift.language):
        subject = _("Your recurring gift can begin")
        about = {"gift": gift, "promise": promise, "amount": gift.charged}
        _send(gift, f"let-through:{gift.id}", subject, "let_through", about)


def debit_refused(gift: Gift, refusal: str) -> None:
    """Its bank does not pay; `refusal` is Stripe's word for why."""
    with force_locale(gift.language):
        subject = _("Your bank did not pay %(amount)s", amount=money_text(gift.charged))
        about: dict[str, object] = {"amount": gift.charged, "why": refusals.words(refusal)}
        _send(gift, f"debit-refused:{gift.id}", subject, "debit_refused", about)


def recurring_gift_ended(promise: RecurringGift) -> None:
    """Confirm the end of a recurring gift to its donor."""
    query = select(Gift).where(Gift.recurring_gift_id == promise.id).order_by(Gift.started_at).limit(1)
    gift = db.session.scalars(query).one()
    with force_locale(gift.language):
        subject = _("Your recurring gift has ended")
        _send(gift, f"cancelled:{promise.id}", subject, "recurring_ended", {"promise": promise})


def _send(gift: Gift, key: str, subject: str, template: str, about: dict[str, object]) -> None:
    context = {
        **about,
        "donor": db.session.get_one(Donor, gift.donor_id),
        "drive": db.session.get_one(Drive, gift.drive_id),
        "organisation": db.session.get_one(Organisation, gift.organisation_id),
        "subject": subject,
        "base_url": current_app.config["BASE_URL"],
    }
    if context["donor"].email is None:  # gave without telling an address
        return
    queue_mail(
        key=key,
        to=context["donor"].email,
        subject=subject,
        text=render_template(f"mail/{template}.txt", **context),
        html=render_template(f"mail/{template}.html", **context),
    )
