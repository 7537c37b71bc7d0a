"""Jobs of giving: nudges for rows that are already committed, and the sweep that needs no nudge."""

import logging
from datetime import timedelta

from sqlalchemy import select

from core import clock, jobs
from core.db import db, transaction
from donors.close_outs import working
from donors.defence import learning
from donors.employers import claiming
from donors.figures import checking, snapping, stepping
from donors.gifts.gift import Gift
from donors.importing import working as imports
from donors.mailings import sending as mailings
from donors.payments import (
    at_stripe,
    close_outs_at_stripe,
    defence_at_stripe,
    disputes_at_stripe,
    events_at_stripe,
    movements_at_stripe,
    promises_at_stripe,
)
from donors.payouts import comparison
from donors.people import signing_in
from donors.pledges import reminding
from donors.privacy import retention
from donors.receipts import letters
from donors.receipts.receipt import Receipt
from donors.recurring import upkeep

log = logging.getLogger(__name__)


@jobs.watch(seconds=0.25)
def watch_inbox() -> bool:
    """Work on Stripe's events as they come; says whether there were any."""
    if events_at_stripe.work_on_inbox() == 0:
        return False
    mail_receipts()
    promises_at_stripe.send_waiting()
    return True


@jobs.job
def refresh_gift(gift_id: str) -> None:
    """A donor is back from the payment page: do not wait for the event."""
    at_stripe.refresh_gift(gift_id)
    mail_receipts()


@jobs.job
def send_refund(refund_id: str) -> None:
    at_stripe.send_refund(refund_id)


@jobs.job
def send_answer(answer_id: str) -> None:
    disputes_at_stripe.send_answer(answer_id)


@jobs.job
def send_cancellation(cancellation_id: str) -> None:
    at_stripe.send_cancellation(cancellation_id)


@jobs.job
def send_version(version_id: str) -> None:
    promises_at_stripe.send_version(version_id)


@jobs.job
def take_card(card_update_id: str) -> None:
    """A donor is back from the page for a new card: do not wait for the event."""
    promises_at_stripe.take_card(card_update_id)
    mail_receipts()


@jobs.job
def mail_sign_in_link(link_id: str) -> None:
    with transaction():
        signing_in.mail_link(link_id)


@jobs.job
def judge_decline(decline_id: str) -> None:
    defence_at_stripe.judge_decline(decline_id)


@jobs.job
def send_decision(gift_id: str) -> None:
    """Somebody decided about a held gift."""
    defence_at_stripe.send_decision(gift_id)
    mail_receipts()


learning.judged_by(judge_decline)


def mail_receipts() -> None:
    """Queue the mails of receipts that have none yet."""
    query = select(Receipt.gift_id).where(Receipt.mailed_at.is_(None), Receipt.by_mail.is_(True)).limit(200)
    for gift_id in db.session.scalars(query).all():
        with transaction() as session:
            letters.receipt_for(session.get_one(Gift, gift_id, with_for_update=True))


@jobs.job
def mail_waiting_receipts() -> None:
    """Gifts were recorded: their donors need not wait for the sweep."""
    mail_receipts()


@jobs.every(minutes=1)
def sweep_holds() -> None:
    """Held gifts that nobody decided in time, and decisions that Stripe has not been told."""
    for gift_id in defence_at_stripe.list_undone():
        send_decision.run(gift_id)


@jobs.job
def work_close_out(close_out_id: str) -> None:
    """Two people agreed to a close-out: give back, write to donors, come to an end."""
    close_outs_at_stripe.work_off(close_out_id)


@jobs.every(minutes=1)
def sweep_close_outs() -> None:
    """Close-outs whose worker died, whose refunds were still on their way, or of which money moved since."""
    for close_out_id in working.list_working():
        work_close_out.run(close_out_id)
    close_outs_at_stripe.take_in_moves()


@jobs.every(minutes=1)
def sweep() -> None:
    at_stripe.sweep()
    promises_at_stripe.sweep()
    mail_receipts()
    keep_up()


def keep_up() -> None:
    """Let time do its part: instalments fall due, pauses end, notices go out."""
    for found, step in (
        (upkeep.list_due(), upkeep.note_due),
        (upkeep.list_reminders(), upkeep.remind),
        (upkeep.list_pauses_over(), upkeep.end_pause),
        (upkeep.list_yearly_notices(), upkeep.announce),
    ):
        for each in found:
            with transaction():
                step(each)


@jobs.every(minutes=1)
def note_steps() -> None:
    """Announce milestones and stretch goals that were reached."""
    for drive_id in snapping.list_public():
        with transaction():
            stepping.note_steps(drive_id)


@jobs.every(minutes=1)
def take_snapshots() -> None:
    """Freeze what has closed, and note each day's public figures."""
    for drive_id in snapping.list_public():
        with transaction():
            snapping.take_due(drive_id)


@jobs.every(minutes=1)
def send_mailings() -> None:
    """Updates by mail that are due, a batch of donors a transaction."""
    for mailing_id in mailings.list_due():
        more = True
        while more:
            with transaction():
                more = mailings.send_batch(mailing_id)


@jobs.every(minutes=10)
def remind_of_pledges() -> None:
    """Donors whose pledge is overdue."""
    for pledge_id in reminding.list_due():
        with transaction():
            reminding.remind(pledge_id)


@jobs.every(minutes=59)
def follow_employers() -> None:
    """Remind donors once of a claim that waits for them, and close those that came to nothing."""
    for found, step in (
        (claiming.list_to_remind(), claiming.remind),
        (claiming.list_over(), claiming.expire),
    ):
        for each in found:
            with transaction():
                step(each)


@jobs.every(minutes=59)
def retain() -> None:
    """Let go of what need not be kept any longer, some rows at a time."""
    for rule in retention.RULES:
        while True:
            with transaction():
                count = retention.apply_batch(rule)
            if count == 0:
                break


@jobs.every(minutes=30)
def compare_with_stripe() -> None:
    """Bring in Stripe's movements of the last days and note what does not match."""
    movements_at_stripe.bring_in(clock.now() - timedelta(days=3))
    with transaction():
        comparison.compare_all()


@jobs.every(minutes=59)
def check_figures() -> None:
    """Once a day: what the public is shown is computed anew from the ledger and the gifts."""
    if checking.is_due():
        found = checking.find_wrong()
        with transaction():
            checking.note(found)


@jobs.job
def advance_import(import_id: str) -> None:
    """Somebody asked an import to go on: a step a transaction, until there is none left or one fails."""
    more = True
    while more:
        try:
            with transaction():
                more = imports.advance(import_id)
        except Exception:
            log.exception("a step of %s failed; the sweep tries it again", import_id)
            with transaction():
                imports.note_failure(import_id)
            return


@jobs.every(minutes=1)
def sweep_imports() -> None:
    """Imports whose worker died go on where it was."""
    for import_id in imports.list_idle():
        advance_import.run(import_id)
