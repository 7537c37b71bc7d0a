"""What is told of one gift that came without a checkout, beside what is told of every gift."""

from dataclasses import dataclass

from sqlalchemy import select

from core.db import db
from donors.gifts.gift import Gift
from donors.gifts.gift_void import GiftVoid
from donors.offline.batch import BatchRow, GiftBatch
from donors.offline.line_match import LineMatch
from donors.offline.offline_gift import OfflineGift
from donors.payouts.bank_line import BankLine
from donors.pledges.pledge import Pledge, PledgePayment


@dataclass(frozen=True)
class Facts:
    """Each is None where there is none; a pledge may be paid at the checkout too."""

    offline: OfflineGift | None
    void: GiftVoid | None
    batch: GiftBatch | None
    line: BankLine | None
    pledge: Pledge | None


def facts_of(gift: Gift) -> Facts:
    batch = select(GiftBatch).join(BatchRow, BatchRow.batch_id == GiftBatch.id)
    line = select(BankLine).join(LineMatch, LineMatch.line_id == BankLine.id)
    pledge = select(Pledge).join(PledgePayment, PledgePayment.pledge_id == Pledge.id)
    return Facts(
        offline=db.session.get(OfflineGift, gift.id),
        void=db.session.get(GiftVoid, gift.id),
        batch=db.session.scalar(batch.where(BatchRow.gift_id == gift.id)),
        line=db.session.scalar(line.where(LineMatch.gift_id == gift.id, LineMatch.undone_at.is_(None))),
        pledge=db.session.scalar(pledge.where(PledgePayment.gift_id == gift.id)),
    )
