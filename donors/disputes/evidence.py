"""What we can show a bank of a disputed gift: the receipt, the record of the payment page, the mails that were
sent, the address of the visit as far as it is kept. Links are taken out of the mails: they open things.
"""

import io
import re
import zipfile
from dataclasses import dataclass

from sqlalchemy import or_, select

from campaigns.drives.drive import Drive
from core.db import db
from core.i18n import money as money_text
from core.mail import OutgoingMail
from donors.disputes.dispute import Dispute
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.gifts.visit import Visit
from donors.people.donor import Donor
from donors.receipts import receipt_pdf
from donors.receipts.receipt import Receipt
from donors.stripe_gateway import Evidence
from staff.organisation import Organisation

_LINK = re.compile(r"https?://\S+")
_MOST_MAILS = 50
#: Characters; Stripe takes 150,000 over all texts together.
_LONGEST_TEXT = 60_000


@dataclass(frozen=True)
class Pack:
    """The parts of the evidence: names of files and their texts, and the receipt where there is one."""

    dispute: Dispute
    gift: Gift
    donor: Donor
    drive: Drive
    organisation: Organisation
    receipt: Receipt | None
    visit: Visit | None
    mails: list[OutgoingMail]


def gather(dispute: Dispute) -> Pack:
    gift = db.session.get_one(Gift, dispute.gift_id)
    receipt = db.session.scalars(select(Receipt).where(Receipt.gift_id == gift.id)).first()
    return Pack(
        dispute=dispute,
        gift=gift,
        donor=db.session.get_one(Donor, gift.donor_id),
        drive=db.session.get_one(Drive, gift.drive_id),
        organisation=db.session.get_one(Organisation, gift.organisation_id),
        receipt=receipt,
        visit=db.session.get(Visit, gift.id),
        mails=_mails(gift, receipt),
    )


def _mails(gift: Gift, receipt: Receipt | None) -> list[OutgoingMail]:
    """Mails about this gift: their keys carry its id, or that of its receipt, refunds or recurring gift."""
    refunds = db.session.scalars(select(Refund.id).where(Refund.gift_id == gift.id))
    named = [gift.id, *refunds, *filter(None, (gift.recurring_gift_id, receipt.id if receipt else None))]
    query = select(OutgoingMail).where(or_(*(OutgoingMail.key.contains(each) for each in named)))
    return list(db.session.scalars(query.order_by(OutgoingMail.queued_at).limit(_MOST_MAILS)))


def checkout_record(pack: Pack) -> str:
    """The facts of the payment, one a line, in English: banks read it."""
    gift, visit = pack.gift, pack.visit
    facts = {
        "Gift": gift.id,
        "Given to": pack.organisation.name,
        "Drive": pack.drive.title,
        "Donor": pack.donor.name,
        "E-mail": pack.donor.email,
        "Form sent": gift.started_at.isoformat(timespec="seconds"),
        "Paid": gift.paid_at.isoformat(timespec="seconds") if gift.paid_at else "",
        "Amount": money_text(gift.amount),
        "Fee covered by the donor": money_text(gift.fee_cover) if gift.fee_cover_minor else "",
        "Refunded before": money_text(gift.refunded) if gift.refunded_minor else "",
        "Instalment due on": gift.period_on.isoformat() if gift.period_on else "",
        "Payment page": gift.checkout_session_id or "",
        "Payment": gift.payment_intent_id or "",
        "Receipt": pack.receipt.label if pack.receipt else "",
        "Network address of the visit": visit.address if visit else "",
        "Browser": visit.agent if visit else "",
    }
    return "".join(f"{name}: {value}\n" for name, value in facts.items() if value)


def mails_sent(pack: Pack) -> str:
    return "\n\n".join(
        f"Sent: {(mail.sent_at or mail.queued_at).isoformat(timespec='seconds')}\n"
        f"To: {mail.to}\nSubject: {mail.subject}\n\n{_LINK.sub('[link]', mail.text)}"
        for mail in pack.mails
    )


def zipped(pack: Pack) -> bytes:
    """Everything as one file to keep or to hand in elsewhere."""
    stamp = pack.dispute.opened_at.timetuple()[:6]
    files: dict[str, str | bytes] = {"payment.txt": checkout_record(pack), "mails.txt": mails_sent(pack)}
    if pack.receipt is not None:
        files["receipt.pdf"] = receipt_pdf.document(pack.receipt)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, stamp), content)
    return out.getvalue()


def for_the_bank(pack: Pack, statement: str) -> Evidence:
    """What Stripe hands to the bank, with what staff says first."""
    gift = pack.gift
    parts = (statement.strip(), checkout_record(pack), mails_sent(pack))
    return Evidence(
        customer_name=pack.donor.name,
        customer_email_address=pack.donor.email or "",
        customer_purchase_ip=pack.visit.address if pack.visit else "",
        product_description=f"A charitable gift to {pack.organisation.name}, for “{pack.drive.title}”.",
        service_date=(gift.paid_at or gift.started_at).date().isoformat(),
        refund_policy_disclosure="A donor who asks gets the gift back.",
        uncategorized_text="\n\n".join(filter(None, parts))[:_LONGEST_TEXT],
    )
