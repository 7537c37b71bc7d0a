"""Pages that supporters started for the legal fund: two that are public and one that waits for a look."""

from sqlalchemy import select

from core import clock
from core.db import db
from core.money import Money
from demo import words
from demo.cause import a_drive
from donors.gifts.gift import Gift
from donors.supporters import supporting
from donors.supporters.supporter_page import PUBLIC, WAITING
from donors.supporters.supporting import PageTerms


def start_pages() -> None:
    """The newest gifts of the drive came through the public ones."""
    drive = a_drive("legal-fund")
    newest = select(Gift).where(Gift.drive_id == drive.id, Gift.paid_at.is_not(None))
    gifts = list(db.session.scalars(newest.order_by(Gift.paid_at.desc()).limit(12)))
    for number, (title, name, text, goal, is_public) in enumerate(words.SUPPORTERS):
        terms = PageTerms(title=title, name=name, words=text, goal=Money(goal * 100, drive.currency))
        page = supporting.begin(drive, terms, email=f"supporter{number}@example.org", language="en")
        page.move_to(WAITING)
        page.waiting_since = clock.now()
        if is_public:
            page.move_to(PUBLIC)
            page.public_at = clock.now()
            for gift in gifts[number * 2 : number * 6 + 4]:
                gift.supporter_page_id = page.id
