"""What Stripe's events about cards teach: declines lead to blocks, successes give places back.

A decline is a row of the transaction that reads its event; what it means is counted and judged after the
commit, since counts stand elsewhere.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from core import clock, jobs
from core.db import after_commit, db, insert_once
from core.jobs import Job
from donors.defence import block, counting
from donors.defence.decline import Decline
from donors.defence.screening import CARD_BLOCKED, Screening
from donors.gifts.gift import Gift
from donors.stripe_gateway import CardTry

#: What judges a decline, told by the module that declares the job; it is an edge, and this is below it.
_judges: list[Job] = []


def judged_by(job: Job) -> None:
    _judges[:] = [job]


def note_declined(tried: CardTry) -> None:
    """Keep a card that was declined on a gift's page. Repeats change nothing."""
    gift = db.session.get(Gift, tried.gift_id)
    if gift is None or gift.account != tried.account:
        return
    is_new = insert_once(
        Decline,
        id=tried.charge_id,
        gift_id=gift.id,
        organisation_id=gift.organisation_id,
        drive_id=gift.drive_id,
        card=tried.card,
        at=clock.now(),
    )
    if is_new:
        for job in _judges:
            after_commit(lambda job=job: jobs.enqueue(job, tried.charge_id))


@dataclass(frozen=True)
class Verdict:
    """What a decline leads to: (kind, mark, count, hours) of blocks, and whether its page is to be closed."""

    organisation_id: str
    gift_id: str
    blocks: tuple[tuple[str, str, int, int], ...]
    closes_page: bool


def weigh(decline_id: str) -> Verdict:
    """Count a decline. Outside any transaction."""
    row = db.session.get_one(Decline, decline_id)
    screening = db.session.get(Screening, row.gift_id)
    marks = [(block.CARD, row.card)]
    if screening is not None:
        marks += [(block.ADDRESS, screening.address_mark), (block.EMAIL, screening.email_mark)]
    blocks = [
        (kind, mark, count, counting.BLOCK_HOURS)
        for kind, mark in marks
        if (count := counting.note_declined(mark)) >= counting.MOST_DECLINES
    ]
    of_page = select(func.count()).select_from(Decline).where(Decline.gift_id == row.gift_id)
    on_page = db.session.scalar(of_page) or 0
    if on_page == 1:
        count = counting.note_declined(row.drive_id)
        if counting.is_tested(row.drive_id):
            blocks.append((block.DRIVE, row.drive_id, count, counting.DRIVE_HOURS))
    return Verdict(
        row.organisation_id,
        row.gift_id,
        tuple(blocks),
        closes_page=on_page >= counting.MOST_DECLINES_OF_PAGE,
    )


def pronounce(verdict: Verdict) -> None:
    """Make the blocks of a verdict."""
    for kind, mark, count, hours in verdict.blocks:
        block.make(verdict.organisation_id, kind, mark, reason=block.DECLINES, count=count, hours=hours)


def note_accepted(tried: CardTry) -> None:
    """A card was accepted for a gift: its tries count against nobody any more. A blocked card is shown to
    staff."""
    gift = db.session.get(Gift, tried.gift_id)
    row = db.session.get(Screening, tried.gift_id, with_for_update=True, populate_existing=True)
    if gift is None or gift.account != tried.account or row is None or row.paid_at is not None:
        return
    row.paid_at = clock.now()
    if tried.card and block.in_force(row.organisation_id, tried.card):
        row.add(CARD_BLOCKED)
        row.flagged_at = row.paid_at
    marks = (row.address_mark, row.email_mark, row.drive_id)
    after_commit(lambda: counting.note_paid(*marks))
