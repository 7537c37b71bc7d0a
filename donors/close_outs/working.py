"""Working off a confirmed close-out: refunds by the ordinary way, then a letter to each donor, then the end.

Each step looks at rows alone and may be repeated: a share has one refund, a fund one transfer for each occasion, a
donor one letter, by unique keys. A worker that dies between two steps leaves rows from which the sweep goes on.
"""

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, exists, func, select

from core.db import db, insert_once
from core.errors import Conflict, Invalid
from donors.close_outs import letter
from donors.close_outs.close_out import (
    BACK,
    DONE,
    STAYS,
    WORKING,
    CloseOut,
    CloseOutNotice,
    CloseOutShare,
)
from donors.close_outs.plan import CAME_BACK, DISPUTED, REFUSED, RETURNED
from donors.gifts import giving
from donors.gifts.refund import Refund
from donors.people.donor import Donor

BATCH = 50


def list_working() -> list[str]:
    """Close-outs that have something left to do."""
    return list(db.session.scalars(select(CloseOut.id).where(CloseOut.state == WORKING)))


def decide_refunds(close_out_id: str) -> bool:
    """Decide the next refunds; whether there may be more. What cannot go back any more stays in the fund."""
    close_out = _lock(close_out_id)
    if close_out is None:
        return False
    query = _shares(close_out_id).where(_IS_BACK, CloseOutShare.refund_id.is_(None))
    found = db.session.scalars(query.order_by(CloseOutShare.gift_id).limit(BATCH)).all()
    for share in found:
        try:
            refund = giving.decide_refund(
                share.gift_id,
                share.amount,
                asked_by=close_out.asked_by,
                reason=_("Close-out of “%(drive)s”", drive=close_out.drive.title),
            )
        except Conflict:
            share.outcome, share.because = STAYS, DISPUTED
        except Invalid:
            share.outcome, share.because = STAYS, RETURNED
        else:
            share.refund_id = refund.id
    db.session.flush()
    return len(found) == BATCH


def refunds_on_the_way(close_out_id: str) -> list[str]:
    """Refunds that Stripe has not confirmed or refused."""
    query = _with_refunds(close_out_id).where(Refund.done_at.is_(None), Refund.failed_at.is_(None))
    return list(db.session.scalars(query.with_only_columns(Refund.id).order_by(Refund.id)))


def take_in_refusals(close_out_id: str) -> bool:
    """Once no refund is on its way any more: what Stripe refused stays in the fund, since it may have gone back in
    another way that we have not heard of yet. Whether nothing is on its way."""
    close_out = _lock(close_out_id)
    if close_out is None or _is_anything_open(close_out_id):
        return False
    refused = _with_refunds(close_out_id).where(_IS_BACK, Refund.failed_at.is_not(None))
    for share in db.session.scalars(refused).all():
        share.outcome, share.because = STAYS, REFUSED
    db.session.flush()
    return True


def write_to_donors(close_out_id: str) -> bool:
    """Write to the next donors, each once; whether there may be more."""
    close_out = _lock(close_out_id)
    if close_out is None:
        return False
    written = select(CloseOutNotice.donor_id).where(CloseOutNotice.close_out_id == close_out_id)
    query = select(CloseOutShare.donor_id).where(CloseOutShare.close_out_id == close_out_id).distinct()
    waiting = query.where(CloseOutShare.donor_id.not_in(written)).order_by(CloseOutShare.donor_id)
    found = db.session.scalars(waiting.limit(BATCH)).all()
    for donor_id in found:
        donor = db.session.get_one(Donor, donor_id)
        own = db.session.scalars(_shares(close_out_id).where(CloseOutShare.donor_id == donor_id)).all()
        if insert_once(CloseOutNotice, close_out_id=close_out_id, donor_id=donor_id) and not donor.erased_at:
            letter.write(close_out, donor, own)
    return len(found) == BATCH


def finish(close_out_id: str) -> None:
    """Sum up what came of it; from then on the drive's page tells it."""
    close_out = _lock(close_out_id)
    if close_out is None or _is_anything_open(close_out_id):
        return
    _sum_up(close_out)
    close_out.move_to(DONE)
    db.session.flush()


def list_returned() -> list[str]:
    """Close-outs that have ended, of which a card gave a refund back since."""
    query = (
        select(CloseOut.id)
        .join(CloseOutShare, CloseOutShare.close_out_id == CloseOut.id)
        .join(Refund, Refund.id == CloseOutShare.refund_id)
        .where(CloseOut.state == DONE, _IS_BACK, Refund.undone_at.is_not(None))
    )
    return list(db.session.scalars(query.distinct()))


def take_in_returns(close_out_id: str) -> None:
    """What came back stays in the fund, and the drive's page says so."""
    close_out = _lock(close_out_id, DONE)
    if close_out is None:
        return
    returned = _with_refunds(close_out_id).where(_IS_BACK, Refund.undone_at.is_not(None))
    for share in db.session.scalars(returned).all():
        share.outcome, share.because = STAYS, CAME_BACK
    db.session.flush()
    _sum_up(close_out)
    db.session.flush()


def _sum_up(close_out: CloseOut) -> None:
    query = (
        select(
            CloseOutShare.outcome,
            func.sum(CloseOutShare.amount_minor),
            func.count(CloseOutShare.donor_id.distinct()),
        )
        .where(CloseOutShare.close_out_id == close_out.id)
        .group_by(CloseOutShare.outcome)
    )
    sums = {outcome: (int(minor), people) for outcome, minor, people in db.session.execute(query)}
    close_out.returned_minor, close_out.returned_to = sums.get(BACK, (0, 0))
    close_out.stayed_minor = sums.get(STAYS, (0, 0))[0]


def progress_of(close_out: CloseOut) -> dict[str, int]:
    """How far it is: refunds to make and made, donors to write to and written to."""
    refunds = _with_refunds(close_out.id).with_only_columns(func.count())
    shares = _shares(close_out.id).with_only_columns
    notices = select(func.count()).where(CloseOutNotice.close_out_id == close_out.id)
    counts = {
        "refunds": shares(func.count()).where(_IS_BACK),
        "refunds_done": refunds.where(_IS_BACK, Refund.done_at.is_not(None), Refund.undone_at.is_(None)),
        "donors": shares(func.count(CloseOutShare.donor_id.distinct())),
        "donors_written_to": notices,
    }
    return {name: int(db.session.scalar(query) or 0) for name, query in counts.items()}


_IS_BACK: ColumnElement[bool] = CloseOutShare.outcome == BACK


def _shares(close_out_id: str) -> Select[CloseOutShare]:
    return select(CloseOutShare).where(CloseOutShare.close_out_id == close_out_id)


def _with_refunds(close_out_id: str) -> Select[CloseOutShare]:
    return _shares(close_out_id).join(Refund, Refund.id == CloseOutShare.refund_id)


def _is_anything_open(close_out_id: str) -> bool:
    undecided = _shares(close_out_id).where(_IS_BACK, CloseOutShare.refund_id.is_(None))
    is_undecided = db.session.scalar(select(exists(undecided.with_only_columns(CloseOutShare.gift_id))))
    return bool(is_undecided) or bool(refunds_on_the_way(close_out_id))


def _lock(close_out_id: str, state: str = WORKING) -> CloseOut | None:
    """The row while it is in this state, locked, so that two workers go on one after the other."""
    query = select(CloseOut).where(CloseOut.id == close_out_id, CloseOut.state == state)
    return db.session.scalar(query.with_for_update(of=CloseOut).execution_options(populate_existing=True))
