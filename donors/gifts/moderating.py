"""A donor's name and message are taken off public pages, and shown again: words are public for as long as staff lets
them, money is untouched."""

from collections.abc import Iterator

from sqlalchemy import Select, or_, select

from campaigns import disclosure
from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from core.web import page_epoch
from donors import reading
from donors.gifts.gift import Gift
from staff import audit
from staff.access import Actor

#: How many gifts of a client are looked through for words that name the client.
LATEST = 200


def hide_words(actor: Actor, gift_id: str) -> Gift:
    """Show the gift as one of somebody anonymous, on every page, before the request returns; of a recurring gift also
    the instalments to come. Raises NotFound, Forbidden."""
    gift = _found(actor, gift_id)
    if gift.words_hidden_at is None:
        gift.words_hidden_at = clock.now()
        page_epoch.advance()
        audit.record(actor, "gift.words_hidden", gift.id)
    return gift


def show_words(actor: Actor, gift_id: str) -> Gift:
    """Show them again as the donor chose. Raises NotFound, Forbidden."""
    gift = _found(actor, gift_id)
    if gift.words_hidden_at is not None:
        gift.words_hidden_at = None
        audit.record(actor, "gift.words_shown", gift.id)
    return gift


@disclosure.stands
def words_before_the_public(campaigns: Select[str]) -> Iterator[disclosure.Standing]:
    """Name and message of the latest gifts, far more than a page shows."""
    query = (
        select(Gift.id, Gift.public_name, Gift.message)
        .join(Drive, Drive.id == Gift.drive_id)
        .where(Drive.campaign_id.in_(campaigns), Gift.paid_at.is_not(None), Gift.words_hidden_at.is_(None))
        .where(or_(Gift.public_name != "", Gift.message != ""))
        .order_by(Gift.paid_at.desc())
        .limit(LATEST)
    )
    for gift_id, name, message in db.session.execute(query):
        yield "gift", gift_id, f"{name}\n{message}"


def _found(actor: Actor, gift_id: str) -> Gift:
    found = reading.get_gift(actor, gift_id)
    actor.require("campaigns.edit")
    return db.session.get_one(Gift, found.id, with_for_update=True, populate_existing=True)
