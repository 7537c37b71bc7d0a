"""The letter of a close-out: what became of the donor's share, and under which words they had given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from campaigns.funds.surplus import SurplusClause
from core.db import db
from core.i18n import money as money_text
from core.mail import queue_mail
from core.money import Money
from donors.close_outs.close_out import BACK, MOVED, CloseOut, CloseOutShare
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from staff.organisation import Organisation


@dataclass(frozen=True)
class Line:
    """A gift of the donor, its share, and what became of it in a sentence."""

    paid_at: datetime | None
    gift: Money
    share: Money
    said: str
    wording: str


def write(close_out: CloseOut, donor: Donor, shares: Sequence[CloseOutShare]) -> None:
    """Queue the donor's letter, in their language; once, by its key. Who told no address gets none."""
    _queue(close_out, donor, shares, key=f"close-out:{close_out.id}:{donor.id}")


def correct(close_out: CloseOut, donor: Donor, shares: Sequence[CloseOutShare]) -> None:
    """Queue a second letter: what was to stay went back after all. Once for what went back by now, by its key."""
    gone = sum(share.elsewhere_minor for share in shares)
    key = f"close-out-again:{close_out.id}:{donor.id}:{gone}"
    _queue(close_out, donor, shares, key=key, is_correction=True)


def _queue(
    close_out: CloseOut,
    donor: Donor,
    shares: Sequence[CloseOutShare],
    *,
    key: str,
    is_correction: bool = False,
) -> None:
    if donor.email is None or donor.erased_at is not None:
        return
    drive = db.session.get_one(Drive, close_out.drive_id)
    organisation = db.session.get_one(Organisation, close_out.organisation_id)
    with force_locale(donor.language):
        lines = _lines(close_out, shares)
        subject = _subject(drive, shares)
        about = {
            "subject": subject,
            "drive": drive,
            "organisation": organisation,
            "donor": donor,
            "lines": lines,
            "wordings": list(dict.fromkeys(line.wording for line in lines)),
            "is_correction": is_correction,
            "page_url": f"{current_app.config['BASE_URL']}/d/{drive.slug}",
        }
        queue_mail(
            key=key,
            to=donor.email,
            subject=subject,
            text=render_template("mail/close_out.txt", **about),
            html=render_template("mail/close_out.html", **about),
        )


def _subject(drive: Drive, shares: Sequence[CloseOutShare]) -> str:
    back = [_back(share) for share in shares if _back(share)]
    if not back:
        return _("What “%(drive)s” had left, and where it goes", drive=drive.title)
    total = sum(back, Money.zero(drive.currency))
    return _(
        "“%(drive)s” had money left: %(amount)s goes back to you", drive=drive.title, amount=money_text(total)
    )


def _back(share: CloseOutShare) -> Money:
    """What of a share goes back, or went back already."""
    if share.outcome == BACK:
        return share.amount
    return Money(share.elsewhere_minor, share.currency)


def _lines(close_out: CloseOut, shares: Sequence[CloseOutShare]) -> list[Line]:
    gifts = select(Gift).where(Gift.id.in_([share.gift_id for share in shares]))
    by_id = {gift.id: gift for gift in db.session.scalars(gifts)}
    ordered = sorted(
        shares, key=lambda share: (by_id[share.gift_id].paid_at is None, by_id[share.gift_id].paid_at)
    )
    return [_line(close_out, share, by_id[share.gift_id]) for share in ordered]


def _line(close_out: CloseOut, share: CloseOutShare, gift: Gift) -> Line:
    amount = money_text(share.amount)
    if share.elsewhere_minor:
        said = _gone_already(close_out, share)
    elif share.outcome == BACK:
        said = _("%(amount)s goes back to your card.", amount=amount)
    elif share.outcome == MOVED:
        target = db.session.get_one(Fund, str(share.to_fund_id))
        said = _(
            "%(amount)s moved to the fund “%(fund)s”: %(purpose)s",
            amount=amount,
            fund=target.name,
            purpose=target.purpose,
        )
    else:
        purpose = close_out.fund.purpose
        said = _("%(amount)s stays in the fund for its purpose: %(purpose)s", amount=amount, purpose=purpose)
    wording = db.session.get_one(SurplusClause, share.clause_id).wording
    return Line(gift.paid_at, gift.charged, share.amount, said, wording)


def _gone_already(close_out: CloseOut, share: CloseOutShare) -> str:
    """A share of which some went back past the close-out."""
    gone = Money(share.elsewhere_minor, share.currency)
    rest = share.amount - gone
    said = _("%(amount)s has gone back to you already.", amount=money_text(gone))
    if not rest:
        return said
    if share.outcome == BACK:
        return said + " " + _("%(amount)s goes back to your card.", amount=money_text(rest))
    purpose = close_out.fund.purpose
    stays = _(
        "%(amount)s stays in the fund for its purpose: %(purpose)s", amount=money_text(rest), purpose=purpose
    )
    return f"{said} {stays}"
