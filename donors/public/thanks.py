"""The page after giving: what was given, what it moved, and how the payment stands."""

from types import SimpleNamespace

from flask import current_app
from flask_babel import gettext as _

from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.drives.drive import Drive
from core.db import db
from donors.defence import promise_reviewing
from donors.defence.hold import RELEASED, RELEASING, Hold
from donors.employers.claiming import of_gift
from donors.figures.progress import read as read_progress
from donors.figures.tally import NewMonthlyDonor
from donors.gifts import debiting
from donors.gifts.debit import WAITING
from donors.gifts.gift import FAILED, RECEIVED, REFUNDED, Gift
from donors.matching.added import added_to
from donors.receipts import letters, links
from donors.recurring.recurring_gift import RecurringGift
from staff.organisation import Organisation


def thanks_view(gift: Gift) -> SimpleNamespace:
    """The context of donors/thanks.html. Whoever has the link sees an amount, no name and no address."""
    drive = db.session.get_one(Drive, gift.drive_id)
    campaign = db.session.get_one(Campaign, drive.campaign_id)
    persona = db.session.get(Persona, campaign.client_id) if campaign.client_id else None
    promise = db.session.get(RecurringGift, gift.recurring_gift_id) if gift.recurring_gift_id else None
    place, target = _place(gift)
    # Whoever gave still reads that the gift arrived; words that were taken out of sight are not told any more.
    is_told = drive.is_public and campaign.is_public
    house = db.session.get_one(Organisation, gift.organisation_id).name
    return SimpleNamespace(
        gift_id=gift.id,
        state=_state(gift),
        amount=gift.amount,
        fee_cover=gift.fee_cover if gift.fee_cover_minor else None,
        rhythm=promise.rhythm if promise else "once",
        next_on=promise.next_due_on if promise else None,
        matches=[
            (each.sponsor or _("A sponsor"), each.amount, each.is_sure)
            for each in added_to([gift.id]).get(gift.id, [])
            if each.amount
        ],
        place=place,
        target=target,
        drive={"slug": drive.slug, "title": drive.title if is_told else house},
        persona={"display_name": (persona.display_name if persona else campaign.title) if is_told else house},
        surplus_clause=letters.clause_read(gift) if is_told else "",
        email=None,
        employer_url=f"/d/{drive.slug}/gifts/{gift.id}/employer" if gift.state in RECEIVED else None,
        employer_state=claim.state if (claim := of_gift(gift.id)) else None,
        share_url=f"{current_app.config['BASE_URL']}/d/{drive.slug}",
        manage_url=links.manage_url(promise.id) if promise else None,
    )


def _state(gift: Gift) -> str:
    if gift.state in (*RECEIVED, REFUNDED):
        return "settled"
    hold = db.session.get(Hold, gift.id)
    if hold is not None:
        return "released" if hold.state in (RELEASING, RELEASED) else "held"
    if debiting.state_of(gift.id) == WAITING:
        return "debited"
    review = promise_reviewing.state_of(gift.id)
    if review and gift.checkout_session_id is None:
        return review
    return "failed" if gift.state == FAILED else "pending"


def _place(gift: Gift) -> tuple[int | None, int | None]:
    """Which new monthly donor this is, of how many wanted."""
    if gift.recurring_gift_id is None:
        return None, None
    row = db.session.get(NewMonthlyDonor, (gift.drive_id, gift.donor_id))
    figures = read_progress(gift.drive_id)
    goal = next((g for g in figures.goals if g.metric == "new_monthly_donors"), None) if figures else None
    if row is None or row.lost_at is not None or goal is None or row.position > goal.target:
        return None, None
    return row.position, goal.target
