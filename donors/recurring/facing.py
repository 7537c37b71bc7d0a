"""A recurring gift as its donor sees it: the next payment, and what can be done."""

from dataclasses import dataclass
from datetime import UTC, date

from campaigns.drives.drive import Drive
from core.db import db
from core.money import Money
from donors.receipts import links
from donors.recurring import carding, failing, refusals, standing
from donors.recurring.pause import SKIP
from donors.recurring.recurring_gift import ACTIVE, FAILING, HELD, RUNNING, RecurringGift
from staff.organisation import Organisation


@dataclass(frozen=True)
class PromiseFace:
    """`url` is the page on which it is changed; days are of UTC, as at Stripe."""

    url: str
    amount: Money
    charged: Money
    rhythm: str
    state: str
    method: str
    #: A bank has been asked for a payment and has not answered.
    is_waiting: bool
    #: Whether it may be paid from a bank account from now on.
    takes_bank: bool
    #: Why the bank refused the last debit, in plain words; empty where none is open.
    refusal: str
    #: Whether what failed is tried again by itself.
    is_tried_again: bool
    next_on: date | None
    paused_until: date | None
    skipped_on: date | None
    started_on: date
    drive_title: str
    drive_slug: str
    organisation_name: str

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def can_change(self) -> bool:
        return self.is_running and self.state != HELD

    @property
    def can_rest(self) -> bool:
        """Whether it can be paused, and its next payment skipped."""
        return self.state in (ACTIVE, FAILING) and self.skipped_on is None

    @property
    def has_day(self) -> bool:
        return self.rhythm != "week" and self.can_rest


def face_of(promise: RecurringGift) -> PromiseFace:
    drive = db.session.get_one(Drive, promise.drive_id)
    pause = standing.open_pause(promise.id)
    is_skip = pause is not None and pause.kind == SKIP
    return PromiseFace(
        url=links.manage_url(promise.id),
        amount=promise.amount,
        charged=promise.charged,
        rhythm=promise.rhythm,
        state=promise.state,
        method=promise.method,
        is_waiting=standing.is_waiting(promise.id),
        takes_bank=carding.can_take_bank(promise),
        refusal=refusals.words(why) if (why := failing.refusal_of(promise)) else "",
        is_tried_again=failing.is_tried(promise),
        next_on=promise.next_due_on,
        paused_until=pause.resumes_on if pause and not is_skip else None,
        skipped_on=pause.starts_on if pause and is_skip else None,
        started_on=promise.started_at.astimezone(UTC).date(),
        drive_title=drive.title,
        drive_slug=drive.slug,
        organisation_name=db.session.get_one(Organisation, promise.organisation_id).name,
    )
