"""A receipt as a PDF document, in the donor's language."""

from flask_babel import force_locale
from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from core import pdf
from core.db import db
from core.i18n import day
from core.i18n import money as money_text
from core.money import Money
from donors.gifts.gift import Gift
from donors.gifts.gift_void import GiftVoid
from donors.receipts import letters
from donors.receipts.receipt import Receipt
from donors.words import deductibility_note
from staff.organisation import Organisation


def document(receipt: Receipt) -> bytes:
    """The same bytes whenever it is asked for: a receipt is frozen when it is issued. What went back since is
    marked on top of it."""
    gift = db.session.get_one(Gift, receipt.gift_id)
    drive = db.session.get_one(Drive, gift.drive_id)
    organisation = db.session.get_one(Organisation, receipt.organisation_id)
    with force_locale(gift.language):
        return pdf.render(
            "receipt",
            _about(receipt, drive, organisation, gift),
            made_at=receipt.issued_at,
        )


def _about(receipt: Receipt, drive: Drive, organisation: Organisation, given: Gift) -> dict[str, object]:
    clause = letters.clause_read(given)
    gift, fee = (
        Money(receipt.amount_minor, receipt.currency),
        Money(receipt.fee_cover_minor, receipt.currency),
    )
    rows = [
        (_("Received from"), receipt.donor_name),
        (_("Paid"), day(receipt.paid_at, organisation.zone)),
        (_("For"), drive.title),
        (_("Gift"), money_text(gift)),
        (_("Fee you covered"), money_text(fee) if fee else ""),
        (_("Tax number"), organisation.tax_id),
    ]
    return {
        "language": given.language,
        "title": _("Receipt %(number)s", number=receipt.label),
        "organisation": organisation.name,
        "contact": organisation.contact,
        "intro": _("%(organisation)s received this gift.", organisation=organisation.name),
        "rows": [row for row in rows if row[1]],
        "mark": _mark(receipt, organisation),
        "total": (_("Received in all"), money_text(gift + fee)),
        "notes": [
            _("No goods or services were given in return for this gift."),
            deductibility_note(drive),
            *letters.match_notes(receipt),
            *([_("If money is left: %(clause)s", clause=clause)] if clause else []),
        ],
    }


def _mark(receipt: Receipt, organisation: Organisation) -> list[str]:
    """A word and a sentence; empty for a receipt that stands as it was issued."""
    if receipt.amended_at is None or not receipt.returned:
        return []
    stands = receipt.amount + receipt.fee_cover - receipt.returned
    about = {
        "day": day(receipt.amended_at, organisation.zone),
        "returned": money_text(receipt.returned),
        "stands": money_text(stands),
    }
    if not stands and db.session.get(GiftVoid, receipt.gift_id) is not None:
        return [
            _("Void"),
            _(
                "On %(day)s this gift was taken back: it was not received after all, or was recorded wrongly. "
                "The receipt counts for nothing.",
                **about,
            ),
        ]
    if not stands:
        return [
            _("Void"),
            _("On %(day)s all of this had gone back. The receipt counts for nothing.", **about),
        ]
    return [
        _("Amended"),
        _("By %(day)s %(returned)s of this went back, so the receipt counts for %(stands)s.", **about),
    ]
