"""Working off a confirmed close-out: once shares went back (giving_back), a letter to each donor, then the end.

Each step looks at rows alone and may be repeated: a share has one refund, a fund one transfer for each occasion, a
donor one letter, by unique keys. A worker that dies between two steps leaves rows from which the sweep goes on.
"""

from sqlalchemy import and_, case, func, or_, select

from core.db import db, insert_once
from donors.close_outs import letter, standing
from donors.close_outs.close_out import BACK, DONE, STAYS, WORKING, CloseOut, CloseOutNotice, CloseOutShare
from donors.close_outs.giving_back import IS_BACK, is_anything_open, lock, shares_of
from donors.gifts.refund import Refund
from donors.people.donor import Donor

BATCH = 50


def list_working() -> list[str]:
    """Close-outs that have something left to do."""
    return list(db.session.scalars(select(CloseOut.id).where(CloseOut.state == WORKING)))


def write_to_donors(close_out_id: str) -> bool:
    """Write to the next donors, each once; whether there may be more."""
    close_out = lock(close_out_id)
    if close_out is None:
        return False
    written = select(CloseOutNotice.donor_id).where(CloseOutNotice.close_out_id == close_out_id)
    query = select(CloseOutShare.donor_id).where(CloseOutShare.close_out_id == close_out_id).distinct()
    waiting = query.where(CloseOutShare.donor_id.not_in(written)).order_by(CloseOutShare.donor_id)
    found = db.session.scalars(waiting.limit(BATCH)).all()
    for donor_id in found:
        donor = db.session.get_one(Donor, donor_id)
        own = db.session.scalars(shares_of(close_out_id).where(CloseOutShare.donor_id == donor_id)).all()
        if insert_once(CloseOutNotice, close_out_id=close_out_id, donor_id=donor_id) and not donor.erased_at:
            letter.write(close_out, donor, own)
    return len(found) == BATCH


def finish(close_out_id: str) -> None:
    """Sum up what came of it; from then on the drive's page tells it."""
    close_out = lock(close_out_id)
    if close_out is None or is_anything_open(close_out_id):
        return
    _sum_up(close_out)
    close_out.move_to(DONE)
    db.session.flush()


def list_moved() -> list[str]:
    """Close-outs that have ended, of which money went back, or came back, since."""
    query = standing.list_moved().join(CloseOut, CloseOut.id == CloseOutShare.close_out_id)
    ended = query.where(CloseOut.state == DONE).with_only_columns(CloseOut.id)
    return list(db.session.scalars(ended.distinct()))


def take_in_moves(close_out_id: str) -> None:
    """The drive's page says what came of it by now; donors who were told that their share stays learn that it went
    back. That a refund came back they learn by the letter about it."""
    close_out = lock(close_out_id, DONE)
    if close_out is None:
        return
    moved = standing.list_moved().where(CloseOutShare.close_out_id == close_out_id)
    shares = db.session.scalars(moved).all()
    gone = standing.gone_elsewhere(shares)
    told: dict[str, list[CloseOutShare]] = {}
    for share in shares:
        before = share.elsewhere_minor
        standing.stand(share, gone[share.gift_id])
        if share.elsewhere_minor > before:
            told.setdefault(share.donor_id, []).append(share)
    db.session.flush()
    _sum_up(close_out)
    for donor_id, own in told.items():
        letter.correct(close_out, db.session.get_one(Donor, donor_id), own)
    db.session.flush()


def _sum_up(close_out: CloseOut) -> None:
    amount, elsewhere, outcome = (
        CloseOutShare.amount_minor,
        CloseOutShare.elsewhere_minor,
        CloseOutShare.outcome,
    )
    stayed = case((outcome == STAYS, amount - elsewhere), else_=0)
    back = case((outcome == BACK, amount), (outcome == STAYS, elsewhere), else_=0)
    people = case((back > 0, CloseOutShare.donor_id)).distinct()
    query = select(func.sum(back), func.count(people), func.sum(stayed))
    row = db.session.execute(query.where(CloseOutShare.close_out_id == close_out.id)).one()
    close_out.returned_minor, close_out.returned_to, close_out.stayed_minor = (int(each or 0) for each in row)


def progress_of(close_out: CloseOut) -> dict[str, int]:
    """How far it is: refunds to make and made, donors to write to and written to."""
    shares = shares_of(close_out.id).with_only_columns
    joined = shares_of(close_out.id).outerjoin(Refund, Refund.id == CloseOutShare.refund_id)
    is_made = and_(Refund.done_at.is_not(None), Refund.undone_at.is_(None))
    is_settled = CloseOutShare.elsewhere_minor == CloseOutShare.amount_minor
    notices = select(func.count()).where(CloseOutNotice.close_out_id == close_out.id)
    counts = {
        "refunds": shares(func.count()).where(IS_BACK),
        "refunds_done": joined.with_only_columns(func.count()).where(IS_BACK, or_(is_made, is_settled)),
        "donors": shares(func.count(CloseOutShare.donor_id.distinct())),
        "donors_written_to": notices,
    }
    return {name: int(db.session.scalar(query) or 0) for name, query in counts.items()}
